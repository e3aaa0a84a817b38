import { median } from '../statistics.ts';
import { marks } from './timed-read.ts';

/** ms until each of the marks was there. */
export interface Reading {
  readonly plain: readonly number[];
  readonly inFlight: readonly number[];
}

/** The medians of all rounds, and of the ratios within each. */
export function describeReading(name: string, rounds: readonly Reading[]): string {
  const row = (title: string, cell: (reading: Reading, mark: number) => string | number): string =>
    `| ${title} | ${marks.map((_, mark) => cells(mark, cell)).join(' | ')} |`;
  const cells = (mark: number, cell: (reading: Reading, mark: number) => string | number): string =>
    median(rounds.map((reading) => Number(cell(reading, mark)))).toFixed(2);
  return [
    `\n## ${name}\n`,
    `| MB | ${marks.map((mark) => mark / 1_000_000).join(' | ')} |`,
    `|---|${marks.map(() => '---|').join('')}`,
    row('`fetch()`, s', ({ plain }, mark) => (plain[mark] ?? 0) / 1000),
    row('in flight, s', ({ inFlight }, mark) => (inFlight[mark] ?? 0) / 1000),
    row('ratio', ({ plain, inFlight }, mark) => (inFlight[mark] ?? 0) / (plain[mark] ?? 1)),
  ].join('\n');
}
