import type { Plan } from '../plan/draw-plan.ts';
import { live, type Violation } from './live.ts';

export interface Shrunk {
  /** Places of the happenings that are not needed. */
  readonly without: ReadonlySet<number>;
  readonly violation: Violation;
}

/**
 * Leaves out of a plan what the violation of an invariant does not need: halves first, then ever smaller parts, until
 * no single happening can be spared.
 */
export async function shrink(plan: Plan, violation: Violation, only?: string): Promise<Shrunk> {
  let shrunk: Shrunk = { without: new Set(), violation };
  const left = (): number[] => [...plan.happenings.keys()].filter((place) => !shrunk.without.has(place));
  for (let size = Math.ceil(plan.happenings.length / 2); size > 0; ) {
    let spared = false;
    const places = left();
    for (let start = 0; start < places.length; start += size) {
      const without = new Set([...shrunk.without, ...places.slice(start, start + size)]);
      const { violation: found } = await live(plan, { without, only });
      if (found?.invariant !== violation.invariant) continue;
      shrunk = { without, violation: found };
      spared = true;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!spared) break;
  }
  return shrunk;
}
