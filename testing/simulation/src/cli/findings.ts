import { drawPlan } from '../plan/draw-plan.ts';
import { live, type Violation } from '../simulation/live.ts';

/** What came of some seeds. It is sent from process to process. */
export interface Findings {
  readonly seeds: number;
  /** Of each kind of thing, how often it happened, and in how many seeds. */
  readonly happened: Readonly<Record<string, { readonly times: number; readonly seeds: number }>>;
  readonly violations: readonly (Violation & { readonly seed: number })[];
}

export const noFindings: Findings = { seeds: 0, happened: {}, violations: [] };

/** Seeds from `first` on, up to and including `last`. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
  /** Whether the first violation is enough. */
  readonly untilViolation: boolean;
  /** The one invariant that is watched. */
  readonly only?: string | undefined;
}

export function joinFindings(one: Findings, other: Findings): Findings {
  const happened = { ...one.happened };
  for (const [what, { times, seeds }] of Object.entries(other.happened)) {
    const before = happened[what] ?? { times: 0, seeds: 0 };
    happened[what] = { times: before.times + times, seeds: before.seeds + seeds };
  }
  return {
    seeds: one.seeds + other.seeds,
    happened,
    violations: [...one.violations, ...other.violations],
  };
}

/** Lives through some seeds, one after the other. */
export async function liveThrough({ first, last, untilViolation, only }: SeedRange): Promise<Findings> {
  let findings = noFindings;
  for (let seed = first; seed <= last; seed++) {
    const { violation, counts } = await live(drawPlan(seed), { only });
    const happened = Object.fromEntries([...counts].map(([what, times]) => [what, { times, seeds: 1 }]));
    const violations = violation ? [{ ...violation, seed }] : [];
    findings = joinFindings(findings, { seeds: 1, happened, violations });
    if (violation && untilViolation) break;
  }
  return findings;
}
