import { availableParallelism } from 'node:os';
import type { Findings } from './findings.ts';

/** What many seeds have to bring about: a share of them, from 0 to 1. */
const needed = {
  crash: 0.3,
  'version change': 0.3,
  cut: 0.3,
  'outage of seconds': 0.1,
  'host that bears few requests': 0.08,
  'page with requests of its own': 0.08,
};

/** seeds from which on shares say something */
const many = 1000;

/** How often each kind of thing happened, and in which share of the seeds. */
export function describeHappenings({ seeds, happened }: Findings): string {
  const sorted = Object.entries(happened).sort(([, a], [, b]) => b.seeds - a.seeds);
  const width = Math.max(...sorted.map(([what]) => what.length));
  const line = (what: string, times: string, share: string): string =>
    `${what.padEnd(width)}  ${times.padStart(9)}  ${share.padStart(14)}`;
  const lines = sorted.map(([what, row]) => line(what, `${row.times}`, (row.seeds / seeds).toFixed(3)));
  return [line('happened', 'times', 'share of seeds'), ...lines].join('\n');
}

/** As `describeHappenings`, for people who read the documentation: kinds that differ in a detail are one. */
export function tabulate({ seeds, happened, violations }: Findings, seconds: number): string {
  const rows = Object.entries(happened).map(([what, row]) => ({ what, ...row }));
  const plain = rows.filter(({ what }) => !/^(wrong answer|status)/.test(what));
  const sum = (kind: RegExp): number =>
    rows.filter(({ what }) => kind.test(what)).reduce((total, { times }) => total + times, 0);
  const kinds = rows.filter(({ what }) => what.startsWith('wrong answer')).length;
  return [
    `${seeds} seeds in ${Math.round(seconds)} s on ${availableParallelism()} cores: ${seeds - violations.length} passed, ${violations.length} failed.\n`,
    '| happened | times | share of seeds |',
    '| --- | ---: | ---: |',
    ...plain
      .sort((a, b) => b.seeds - a.seeds)
      .map(({ what, times, seeds: share }) => `| ${what} | ${times} | ${(share / seeds).toFixed(3)} |`),
    `| wrong answers, of ${kinds} kinds | ${sum(/^wrong answer/)} | |`,
    `| answers with a status of failure | ${sum(/^status/)} | |`,
    '',
    '',
  ].join('\n');
}

/** What was too rare for what the run is to show. */
export function findTooRare({ seeds, happened }: Findings): string[] {
  if (seeds < many) return [];
  return Object.entries(needed)
    .filter(([what, share]) => (happened[what]?.seeds ?? 0) / seeds < share)
    .map(([what, share]) => `${what}: in less than ${share} of the seeds`);
}

/** The seeds that failed, the first of each invariant in full. */
export function describeViolations({ violations }: Findings): string {
  const byInvariant = new Map<string, typeof violations>();
  for (const violation of [...violations].sort((a, b) => a.seed - b.seed)) {
    const { invariant } = violation;
    byInvariant.set(invariant, [...(byInvariant.get(invariant) ?? []), violation]);
  }
  return [...byInvariant]
    .map(([invariant, list]) => {
      const seeds = list.slice(0, 20).map(({ seed }) => seed);
      const more = list.length > seeds.length ? ` and ${list.length - seeds.length} more` : '';
      const first = list[0];
      return `✗ ${invariant}: seeds ${seeds.join(', ')}${more}
  ${first?.what}
  npm run simulate -- --seed ${first?.seed}`;
    })
    .join('\n');
}
