import type { EngineName } from '@background-fetch/testing-engines';
import type { SeededRandom } from '@background-fetch/testing-simulation';

export interface Circumstances {
  readonly engine: EngineName;
  readonly random: SeededRandom;
  /** How often what is repeated is repeated. */
  readonly rounds: number;
}

/** Resolves with figures for the reader; rejects when the promise that its name makes was broken. */
export interface Scenario {
  readonly name: string;
  /** Where the scenario has a meaning; by default everywhere. */
  readonly engines?: readonly EngineName[];
  readonly run: (circumstances: Circumstances) => Promise<string>;
}
