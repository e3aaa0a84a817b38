import { limits } from './contestants.ts';
import type { Figures } from './measure.ts';
import { bestOf, type Row } from './rows.ts';
import type { Workload } from './workloads.ts';

/** What was wanted, what came out, and whether that is enough. */
export interface Target {
  readonly wanted: string;
  readonly found: string;
  readonly met: boolean;
}

const mebibyte = 2 ** 20;
const embedded = 'bgfetch, embedded';
const get = 'bgfetch get';
const limitNames = Object.keys(limits);

/** A figure of ours, as a multiple of the same figure of others: the best of them. */
interface Ratio {
  readonly of: typeof embedded | typeof get;
  readonly figure: 'wall' | 'cpu';
  readonly to: readonly string[];
  /** How the others are called. */
  readonly called: string;
  readonly atMost: number;
}

/** The memory of the largest of our processes, in bytes. */
interface Peak {
  readonly of: typeof embedded | typeof get;
  readonly below: number;
}

const wall = (of: Ratio['of'], to: string, atMost: number): Ratio => ({
  of,
  figure: 'wall',
  to: [to],
  called: to,
  atMost,
});
const cpuOfLimit = (of: Ratio['of'], atMost: number): Ratio => ({
  of,
  figure: 'cpu',
  to: limitNames,
  called: 'the limit',
  atMost,
});
const bothOfCurl = (atMost: number): readonly Ratio[] => [
  wall(embedded, 'curl', atMost),
  wall(get, 'curl', atMost),
];

/** By the workload's id. */
const targets: Readonly<Record<string, readonly (Ratio | Peak)[]>> = {
  a: [...bothOfCurl(1.5), cpuOfLimit(embedded, 1.4), { of: embedded, below: 115 * mebibyte }],
  b: [
    wall(embedded, 'curl', 4.5),
    wall(embedded, 'fetch', 1.5),
    wall(get, 'curl', 6),
    wall(get, 'aria2c -x16', 1),
    { of: embedded, below: 160 * mebibyte },
  ],
  c: [...bothOfCurl(1.5), cpuOfLimit(embedded, 1.4)],
  d: [wall(embedded, 'aria2c -x16', 1.05), wall(get, 'aria2c -x16', 1.05)],
  e: [{ of: embedded, below: 150 * mebibyte }],
  f1: [wall(get, 'curl', 1.5), { of: embedded, below: 130 * mebibyte }],
  f2: [wall(embedded, 'curl', 4.5), wall(get, 'curl', 6)],
  g1: bothOfCurl(1.5),
  g2: [
    wall(embedded, 'curl', 4.5),
    wall(embedded, 'fetch', 1.5),
    wall(get, 'curl', 6),
    wall(get, 'aria2c -x16', 1),
  ],
};

/** The judgements of one workload; none for what did not take part. */
export function judge({ id }: Workload, rows: readonly Row[]): Target[] {
  return (targets[id] ?? []).flatMap((target) => {
    const judged = 'below' in target ? judgePeak(target, rows) : judgeRatio(target, rows);
    return judged ? [{ ...judged, wanted: `(${id}) ${judged.wanted}` }] : [];
  });
}

const figureNames: Readonly<Record<keyof Figures, string>> = {
  wall: 'wall time',
  cpu: 'CPU time',
  peak: 'memory',
};

function judgeRatio({ of, figure, to, called, atMost }: Ratio, rows: readonly Row[]): Target | null {
  const mine = bestOf(rows, [of], figure);
  const theirs = bestOf(rows, to, figure);
  if (mine === null || theirs === null) return null;
  const found = mine / theirs;
  return {
    wanted: `${of}: at most ${atMost} × the ${figureNames[figure]} of ${called}`,
    found: found.toFixed(2),
    met: found <= atMost,
  };
}

function judgePeak({ of, below }: Peak, rows: readonly Row[]): Target | null {
  const peak = bestOf(rows, [of], 'peak');
  if (peak === null) return null;
  return {
    wanted: `${of}: at most ${below / mebibyte} MiB of memory`,
    found: `${Math.round(peak / mebibyte)} MiB`,
    met: peak <= below,
  };
}
