import type { BrowserName } from '@background-fetch/testing-browsers';
import type { SeededRandom } from '@background-fetch/testing-simulation';

export interface Circumstances {
  readonly engine: BrowserName;
  readonly random: SeededRandom;
  /** How often what is repeated is repeated. */
  readonly rounds: number;
}

/** The engines in which the outcome differs from that in others, or has been wrong before. */
export interface EveryTime {
  readonly engines: readonly BrowserName[];
  /** Why the others show nothing that is not shown elsewhere. */
  readonly because: string;
}

/** Resolves with figures for the reader; rejects when the promise that its name makes was broken. */
export interface Scenario {
  readonly name: string;
  /** Where the scenario has a meaning; by default everywhere. */
  readonly engines?: readonly BrowserName[];
  /** Where `npm test` runs it, which has not the time for all of these; by default in all. */
  readonly everyTime?: EveryTime;
  readonly run: (circumstances: Circumstances) => Promise<string>;
}
