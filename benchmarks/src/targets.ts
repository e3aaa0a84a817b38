import type { BrowserName } from '@background-fetch/testing-browsers';
import { explain } from './explanations.ts';
import { type Memory, mebibytes } from './measure-memory.ts';
import type { Speed, SpeedResult } from './measure-speed.ts';
import type { Operation } from './workload.ts';

/** What was wanted, what came out, and whether that is enough. */
export interface Target {
  readonly wanted: string;
  readonly found: string;
  readonly met: boolean;
  /** Why it was missed. */
  readonly why?: string;
}

export interface EngineResult {
  readonly engine: BrowserName;
  readonly version: string;
  readonly speeds: readonly SpeedResult[];
  readonly memory: readonly Memory[];
}

/** Of the speed of `cache.put`. */
const cacheRatio: Record<BrowserName, number> = { chromium: 0.4, firefox: 0.8, webkit: 1.2 };
const mebibyte = 2 ** 20;
/** bytes above draining the same body */
const memoryAllowance = 64 * mebibyte;
/** The requirement says "flat"; the tolerance is ours: bytes between the peaks of the smallest and the largest body that still count as flat */
const flatness = 64 * mebibyte;

export function judge({ engine, speeds, memory }: EngineResult): Target[] {
  return [
    ...speeds.flatMap((result) => judgeSpeed(engine, result)),
    ...judgeMemory(engine, memory),
    ...judgeFlatness(engine, memory),
  ];
}

export function speedOf(speeds: readonly Speed[], operation: Operation): Speed | undefined {
  return speeds.find((speed) => speed.operation === operation);
}

function judgeSpeed(engine: BrowserName, { workload, speeds }: SpeedResult): Target[] {
  const polyfill = speedOf(speeds, 'polyfill');
  if (!polyfill) return [];
  const kind = workload.count > 1 ? 'many' : 'one';
  const than = (peer: 'cache.put' | 'native', ratio: number): Target[] => {
    const speed = speedOf(speeds, peer);
    if (!speed) return [];
    const found = polyfill.requests / speed.requests;
    const rate = speed.count < workload.count ? `, by the rate of ${speed.count} records` : '';
    const wanted = `${workload.name}: at least ${ratio} of the speed of ${peer}${rate}`;
    return [verdict(wanted, found.toFixed(2), found >= ratio, explain(engine, peer, kind))];
  };
  return [...than('cache.put', cacheRatio[engine]), ...than('native', 1)];
}

function judgeMemory(engine: BrowserName, memory: readonly Memory[]): Target[] {
  return sizesOf(memory).flatMap((size) => {
    const peak = peakOf(memory, 'polyfill', size);
    const drained = peakOf(memory, 'drained', size);
    if (peak === undefined || drained === undefined) return [];
    const above = peak - drained;
    const limit = engine === 'webkit' ? 0 : memoryAllowance;
    const wanted =
      engine === 'webkit'
        ? `${mebibytes(size)}: peak memory below draining`
        : `${mebibytes(size)}: peak memory at most ${mebibytes(limit)} above draining`;
    const found = `${mebibytes(Math.abs(above))} ${above < 0 ? 'below' : 'above'}`;
    return [verdict(wanted, found, above <= limit, explain(engine, 'memory', 'one'))];
  });
}

function judgeFlatness(engine: BrowserName, memory: readonly Memory[]): Target[] {
  const sizes = sizesOf(memory);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const small = peakOf(memory, 'polyfill', smallest);
  const large = peakOf(memory, 'polyfill', largest);
  if (small === undefined || large === undefined || smallest === largest) return [];
  const wanted = `peak memory flat from ${mebibytes(smallest)} to ${mebibytes(largest)} (within ${mebibytes(flatness)})`;
  const found = `${mebibytes(small)} to ${mebibytes(large)}`;
  return [verdict(wanted, found, large - small <= flatness, explain(engine, 'flat', 'one'))];
}

function verdict(wanted: string, found: string, met: boolean, why: string): Target {
  return met ? { wanted, found, met } : { wanted, found, met, why };
}

function sizesOf(memory: readonly Memory[]): number[] {
  return [...new Set(memory.map(({ size }) => size))];
}

function peakOf(memory: readonly Memory[], operation: Operation, size: number): number | undefined {
  return memory.find((one) => one.operation === operation && one.size === size)?.peak;
}
