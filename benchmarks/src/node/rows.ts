import { median } from '../statistics.ts';
import type { Contestant } from './contestants.ts';
import type { Figures } from './measure.ts';

/** What one contestant needed for one workload. */
export interface Row {
  readonly contestant: Contestant;
  readonly rounds: readonly Figures[];
  /** Why there are no figures. */
  readonly failure: string | null;
}

export function medianOf(rounds: readonly Figures[], figure: keyof Figures): number {
  return median(rounds.map((round) => round[figure]));
}
