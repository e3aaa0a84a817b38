import { invariants } from '../invariants/index.ts';
import type { Plan } from '../plan/draw-plan.ts';
import { listen } from '../users/handle-events.ts';
import { keepJournal } from '../world/journal.ts';
import { countFaults } from './count-faults.ts';
import { Simulation } from './simulation.ts';
import { watchForRejections } from './unhandled-rejections.ts';

/** What must not have been. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

export interface Outcome {
  readonly violation: Violation | null;
  /** How often each kind of thing happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** Moments in which something happened. */
  readonly steps: number;
  /** ms that passed in the world */
  readonly lasted: number;
  /** What happened, as text; empty if that was not asked for. */
  readonly journal: readonly string[];
}

export interface LiveOptions {
  /** Places of happenings that are left out. */
  readonly without?: ReadonlySet<number>;
  readonly keepsJournal?: boolean;
  /** The name of the one invariant that is watched; all of them, if none is given. */
  readonly only?: string | undefined;
}

/** ms from the last harm on in which everything has to settle */
const fairTime = 6 * 3_600_000;

/** ms in which the last timers have ended */
const silentAfter = 3_600_000;

/** steps after which it is taken for something that goes on for ever: the longest histories have a tenth of it */
const mostSteps = 50_000;

/** Lets a plan happen, then lets all be well, and watches until nothing is left to do. */
export async function live(
  { seed, sizes, happenings }: Plan,
  { without = new Set(), keepsJournal = false, only }: LiveOptions = {},
): Promise<Outcome> {
  const simulation = new Simulation(seed, listen);
  const { world, tally } = simulation;
  const { clock } = world;
  const journal = keepsJournal ? keepJournal(world) : null;
  countFaults(simulation);
  let violation: Violation | null = null;
  for (const { name, watch } of invariants) {
    if (only !== undefined && name !== only) continue;
    const observer = watch(simulation, (what) => {
      if (!violation) journal?.record(`✗ ${name}: ${what}`);
      violation ??= { invariant: name, what };
    });
    world.observers.push(observer);
  }
  const stopWatching = watchForRejections((reason) => world.tell('unhandled', reason));
  const isEndless = (): boolean => clock.turn > mostSteps;
  const isOver = (): boolean => violation !== null || isEndless();
  const begin = clock.now();
  for (const [url, size] of sizes) simulation.serve(url, { size });

  const due = happenings.filter((_, place) => !without.has(place));
  for (const { at, what, happen } of due) {
    if (at > 0) simulation.ensureStarted();
    await clock.advanceTo(begin + at, isOver);
    if (isOver()) break;
    journal?.record(`• ${what}`);
    happen(simulation);
  }
  await clock.advanceTo(Math.max(clock.now(), simulation.harmUntil), isOver);
  if (!isOver()) {
    journal?.record('• from now on all is well');
    simulation.becomeFair();
  }
  const end = clock.now() + fairTime;
  while (!isOver() && clock.now() < end && !simulation.isIdle) if (!(await clock.step())) break;
  if (isEndless()) world.tell('endless');
  if (!isOver()) world.tell('over');
  await clock.advanceTo(clock.now() + silentAfter, isOver);
  if (!isOver()) world.tell('silent');
  stopWatching();
  return {
    violation,
    counts: tally.counts,
    steps: clock.turn,
    lasted: clock.now() - begin,
    journal: journal?.lines ?? [],
  };
}
