import type { BrowserName } from '@background-fetch/testing-browsers';
import type { SeededRandom } from '@background-fetch/testing-simulation';

export interface Circumstances {
  readonly engine: BrowserName;
  readonly random: SeededRandom;
  /** How often what is repeated is repeated. */
  readonly rounds: number;
}

/** Resolves with figures for the reader; rejects when the promise that its name makes was broken. */
export interface Scenario {
  readonly name: string;
  /** Where the scenario has a meaning; by default everywhere. */
  readonly engines?: readonly BrowserName[];
  readonly run: (circumstances: Circumstances) => Promise<string>;
}
