import { medianOf, type Row } from './rows.ts';
import type { Workload } from './workloads.ts';

/** What was wanted, what came out, and whether that is enough. */
export interface Target {
  readonly wanted: string;
  readonly found: string;
  readonly met: boolean;
  /** What is known of the reason, where it was missed. */
  readonly why?: string;
}

const mebibyte = 2 ** 20;
const ours = ['bgfetch, embedded', 'bgfetch get'] as const;

const cpuBound =
  'the cores are the limit: the parser of HTTP, in WebAssembly, and the copies between it and the disk cost more ' +
  'than the same in C; with syncing turned off it was no faster';

const filesBound =
  'creating, syncing and linking 10,000 files, without anything else, took 1.9 to 3.2 s on this disk; the rest is ' +
  'about 0.8 ms of CPU for each record, spread over parsing, SQLite and the file system';

/** The judgements of one workload; none for what did not take part. */
export function judge(workload: Workload, rows: readonly Row[]): Target[] {
  switch (workload.id) {
    case 'a':
    case 'c':
      return ours.flatMap((name) => [
        ...peersBut(['curl'], rows).flatMap((peer) => notSlower(workload, rows, name, peer, 1, cpuBound)),
        ...notSlower(workload, rows, name, 'curl', 1.5, cpuBound),
      ]);
    case 'b':
      return ours.flatMap((name) =>
        ['aria2c -x16', 'curl'].flatMap((peer) => notSlower(workload, rows, name, peer, 1, filesBound)),
      );
    case 'd':
      return ours.flatMap((name) =>
        notSlower(workload, rows, name, 'aria2c -x16', 1, 'the difference is below what a second run shows'),
      );
    case 'e':
      return peakBelow(rows, 150 * mebibyte);
  }
}

function peersBut(names: readonly string[], rows: readonly Row[]): string[] {
  const out: readonly string[] = [...names, ...ours];
  return rows.map(({ contestant }) => contestant.name).filter((name) => !out.includes(name));
}

function wallOf(rows: readonly Row[], name: string): number | undefined {
  const row = rows.find(({ contestant }) => contestant.name === name);
  return row && row.rounds.length > 0 ? medianOf(row.rounds, 'wall') : undefined;
}

function notSlower(
  { id }: Workload,
  rows: readonly Row[],
  name: string,
  peer: string,
  limit: number,
  why: string,
): Target[] {
  const mine = wallOf(rows, name);
  const theirs = wallOf(rows, peer);
  if (mine === undefined || theirs === undefined) return [];
  const found = mine / theirs;
  const wanted = `(${id}) ${name}: at most ${limit === 1 ? '' : `${limit} of `}the wall time of ${peer}`;
  const target = { wanted, found: found.toFixed(2), met: found <= limit };
  return target.met ? [target] : [{ ...target, why }];
}

function peakBelow(rows: readonly Row[], limit: number): Target[] {
  const row = rows.find(({ contestant }) => contestant.name === ours[0]);
  if (!row || row.rounds.length === 0) return [];
  const peak = medianOf(row.rounds, 'peak');
  const target = {
    wanted: `(e) ${ours[0]}: peak below ${limit / mebibyte} MiB`,
    found: `${Math.round(peak / mebibyte)} MiB`,
    met: peak < limit,
  };
  const why = 'what has come and is not yet written: the pieces of four connections, and what undici holds';
  return target.met ? [target] : [{ ...target, why }];
}
