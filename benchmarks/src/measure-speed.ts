import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BrowserName } from '@background-fetch/testing-browsers';
import { type Bench, type BenchPage, UnfinishedError } from './bench.ts';
import { median } from './statistics.ts';
import type { Measured, Operation, Workload } from './workload.ts';

/** Medians of one operation with one workload. */
export interface Speed {
  readonly operation: Operation;
  /** Requests made: fewer than the workload has where a whole one would take minutes. */
  readonly count: number;
  /** Per second: bytes, and requests. */
  readonly bytes: number;
  readonly requests: number;
  /** ms of each round */
  readonly durations: readonly number[];
  /** Rounds that did not end, and are in no figure. */
  readonly unfinished: number;
  /** ms, if the handler copied */
  readonly copying: number | null;
}

export interface SpeedResult {
  readonly workload: Workload;
  readonly speeds: readonly Speed[];
}

/** ms; what an operation leaves to be freed must not cost the next one */
const rest = 1000;
/** Chromium takes some 0.5 s for each request of a native background fetch. */
const mostNativeRequests = 20;

const common: readonly Operation[] = ['drained', 'cache.put', 'polyfill', 'polyfill, copied'];

/** Every operation in turn, `rounds` times, in one browser. */
export async function measureSpeed(
  bench: Bench,
  engine: BrowserName,
  workloads: readonly Workload[],
  rounds: number,
): Promise<SpeedResult[]> {
  await using page = await bench.open(engine);
  const operations: readonly Operation[] =
    engine === 'chromium' ? [...common, 'native', 'native, copied'] : common;
  const warmUp = { name: 'warm-up', count: 2, size: 2 ** 20 };
  for (const operation of operations) await page.measure(operation, warmUp);
  const results: SpeedResult[] = [];
  for (const workload of workloads) {
    results.push({ workload, speeds: await measureWorkload(page, operations, workload, rounds) });
  }
  return results;
}

async function measureWorkload(
  page: BenchPage,
  operations: readonly Operation[],
  workload: Workload,
  rounds: number,
): Promise<Speed[]> {
  const measured = new Map<Operation, Measured[]>(operations.map((operation) => [operation, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [operation, results] of measured) {
      // else one operation's unwritten pages are written while the next one waits for its own
      await promisify(execFile)('sync');
      await pause(rest);
      const result = await measureOnce(page, operation, shorten(workload, operation));
      if (result) results.push(result);
    }
  }
  return [...measured]
    .filter(([, results]) => results.length > 0)
    .map(([operation, results]) => summarise(operation, workload, results, rounds));
}

/**
 * Resolves with null where a native background fetch did not come to an end that the page sees. Whether the browser is
 * the reason, or the polyfill installed beside it, is not known; the measurement goes on without that round.
 */
async function measureOnce(
  page: BenchPage,
  operation: Operation,
  workload: Workload,
): Promise<Measured | null> {
  const name = `  ${page.browser.engine}, ${workload.name}, ${operation}`;
  try {
    const result = await page.measure(operation, workload);
    console.log(`${name}: ${Math.round(result.duration)} ms`);
    return result;
  } catch (error) {
    if (!(error instanceof UnfinishedError) || !operation.startsWith('native')) throw error;
    console.log(`${name}: ${error.message}`);
    return null;
  }
}

function shorten(workload: Workload, operation: Operation): Workload {
  if (!operation.startsWith('native')) return workload;
  return { ...workload, count: Math.min(workload.count, mostNativeRequests) };
}

function summarise(
  operation: Operation,
  workload: Workload,
  results: readonly Measured[],
  rounds: number,
): Speed {
  const { count, size } = shorten(workload, operation);
  const durations = results.map((result) => result.duration);
  const copying = results.flatMap((result) => result.copying ?? []);
  const seconds = median(durations) / 1000;
  return {
    operation,
    count,
    durations,
    unfinished: rounds - results.length,
    bytes: (count * size) / seconds,
    requests: count / seconds,
    copying: copying.length > 0 ? median(copying) : null,
  };
}
