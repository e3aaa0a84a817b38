import { cpus, totalmem } from 'node:os';
import { type Memory, mebibytes } from './measure-memory.ts';
import type { SpeedResult } from './measure-speed.ts';
import { type EngineResult, judge, speedOf } from './targets.ts';
import type { Operation } from './workload.ts';

/** What survives of what was received so far, when everything is killed. */
const durability: Record<Operation, string> = {
  drained: 'none',
  'cache.put': 'cache.put: nothing survives a kill before the end',
  polyfill: 'IndexedDB, strict: survives SIGKILL',
  'polyfill, copied': 'IndexedDB, strict: survives SIGKILL',
  native: 'native: job survives, bytes start again',
  'native, copied': 'native: job survives, bytes start again',
};

/** What all figures depend on, in general terms. */
export function describeRun(date: Date, rounds: number, serverSpeed: number): string {
  const gigabytes = Math.round(totalmem() / 1e9);
  return [
    `Measured ${date.toISOString().slice(0, 10)} on a machine with ${cpus().length} cores and ${gigabytes} GB of memory,`,
    'that other work shares, headless, over loopback. The bodies come from a process of its own that reaches',
    `${Math.round(serverSpeed / 1e6)} MB/s to a client that forgets them. Operations take turns, ${rounds} rounds;`,
    'figures are medians, ratios are those of medians. MB are 10⁶ bytes. The time of a background fetch is that from the',
    'call of `fetch()` to `result === "success"` in the page; the handler of one that is “copied” then puts every response',
    'into a cache. A native one whose end the page does not see within two minutes is left out and counted. Memory is the proportional',
    'set size of the process tree, its peak among samples every 100 ms, in a fresh browser for each figure.',
  ].join('\n');
}

export function describeEngine(result: EngineResult): string {
  const { engine, version, speeds, memory } = result;
  const parts = [
    `## ${engine} ${version}`,
    ...speeds.map(describeSpeed),
    ...(memory.length > 0 ? [describeMemory(memory)] : []),
    describeTargets(result),
  ];
  return parts.join('\n\n');
}

function describeSpeed({ workload, speeds }: SpeedResult): string {
  const cache = speedOf(speeds, 'cache.put');
  const drained = speedOf(speeds, 'drained');
  const inBytes = workload.count === 1;
  const rows = speeds.map(({ operation, count, bytes, requests, durations, copying, unfinished }) => [
    operation +
      (count < workload.count ? ` (${count} records)` : '') +
      (unfinished > 0 ? ` (${unfinished} of ${durations.length + unfinished} did not end)` : ''),
    inBytes ? `${Math.round(bytes / 1e6)}` : requests.toFixed(requests < 10 ? 1 : 0),
    ratio(requests, cache?.requests),
    ratio(requests, drained?.requests),
    copying === null ? '' : `${Math.round(copying)} ms`,
    durations.map((duration) => Math.round(duration)).join(', '),
    durability[operation],
  ]);
  const unit = inBytes ? 'MB/s' : 'records/s';
  const head = [
    workload.name,
    unit,
    'of cache.put',
    'of drained',
    'copying after',
    'rounds, ms',
    'durability',
  ];
  return table([head, ...rows]);
}

function describeMemory(memory: readonly Memory[]): string {
  const rows = memory.map(({ operation, size, before, peak }) => {
    const drained = memory.find((one) => one.operation === 'drained' && one.size === size)?.peak ?? peak;
    return [operation, mebibytes(size), mebibytes(before), mebibytes(peak), difference(peak - drained)];
  });
  const head = ['memory of the process tree', 'body', 'before', 'peak', 'against drained'];
  return table([head, ...rows]);
}

function describeTargets(result: EngineResult): string {
  const rows = judge(result).map(({ wanted, found, met, why }) => [
    wanted,
    found,
    met ? 'met' : `missed (${why})`,
  ]);
  return table([['target', 'found', 'verdict'], ...rows]);
}

function ratio(value: number, other: number | undefined): string {
  return other === undefined ? '' : (value / other).toFixed(2);
}

function difference(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${mebibytes(Math.abs(bytes))}`;
}

/** A Markdown table, aligned to be read as it is. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(columns[i] ?? 0)).join(' | ')} |`);
  const rule = `| ${columns.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
