import type { Contestant } from './contestants.ts';
import type { Verdict } from './verdict.ts';

/** One column of a table. */
export interface Trial {
  readonly name: string;
  /** Lets one contestant have its try, or one for each way in which the trial can be made. */
  run(contestant: Contestant): Promise<readonly Attempted[]>;
}

export interface Attempted {
  /** The way in which the trial was made, where there are several. */
  readonly way?: string;
  readonly verdict: Verdict;
}

/** Trials whose columns stand side by side. */
export interface Race {
  readonly title: string;
  /** Lines for the reader of a report. */
  readonly about: readonly string[];
  readonly trials: readonly Trial[];
}
