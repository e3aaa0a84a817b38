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

/** The least and the most. */
export function spreadOf(rounds: readonly Figures[], figure: keyof Figures): readonly [number, number] {
  const values = rounds.map((round) => round[figure]);
  return [Math.min(...values), Math.max(...values)];
}

/** The least median of these contestants; null where none of them took part. */
export function bestOf(rows: readonly Row[], names: readonly string[], figure: keyof Figures): number | null {
  const medians = rows
    .filter(({ contestant, rounds }) => names.includes(contestant.name) && rounds.length > 0)
    .map(({ rounds }) => medianOf(rounds, figure));
  return medians.length > 0 ? Math.min(...medians) : null;
}

export function medianOf(rounds: readonly Figures[], figure: keyof Figures): number {
  return median(rounds.map((round) => round[figure]));
}
