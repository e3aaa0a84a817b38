import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserName } from '@background-fetch/testing-browsers';
import type { Bench } from './bench.ts';
import { median } from './statistics.ts';
import type { Operation } from './workload.ts';

/** Medians of the proportional set size of a browser's process tree, in bytes. */
export interface Memory {
  readonly operation: Operation;
  /** bytes of the body */
  readonly size: number;
  readonly before: number;
  readonly peak: number;
}

/** ms between two samples */
const interval = 100;
/** ms; a browser that has just started is still busy with itself */
const settling = 3000;

/** The peak during each operation, with each size of body, in a fresh browser for each. */
export async function measureMemory(
  bench: Bench,
  engine: BrowserName,
  sizes: readonly number[],
  rounds: number,
): Promise<Memory[]> {
  const cases = sizes.flatMap((size, index) =>
    operationsOf(engine, index === 1).map((operation) => ({
      operation,
      size,
      samples: [] as [number, number][],
    })),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { operation, size, samples } of cases) {
      const { before, peak } = await measureOnce(bench, engine, operation, size);
      samples.push([before, peak]);
      console.log(`  ${engine}, ${operation}, ${mebibytes(size)}: ${mebibytes(before)}, ${mebibytes(peak)}`);
    }
  }
  return cases.map(({ operation, size, samples }) => ({
    operation,
    size,
    before: median(samples.map(([before]) => before)),
    peak: median(samples.map(([, peak]) => peak)),
  }));
}

/** What has no target is measured with one size of body only. */
function operationsOf(engine: BrowserName, all: boolean): readonly Operation[] {
  const aimed: Operation[] = ['drained', 'polyfill'];
  const others: Operation[] = ['cache.put', 'polyfill, copied'];
  if (!all) return aimed;
  return engine === 'chromium' ? [...aimed, ...others, 'native'] : [...aimed, ...others];
}

async function measureOnce(
  bench: Bench,
  engine: BrowserName,
  operation: Operation,
  size: number,
): Promise<{ before: number; peak: number }> {
  await using page = await bench.open(engine);
  await pause(settling);
  const before = await page.browser.memory();
  const sampling = samplePeak(page.browser);
  try {
    await page.measure(operation, { name: mebibytes(size), count: 1, size });
  } finally {
    await sampling.stop();
  }
  return { before, peak: Math.max(before, sampling.peak) };
}

function samplePeak(browser: Browser): { readonly peak: number; stop(): Promise<void> } {
  let stopped = false;
  let peak = 0;
  const sampling = (async () => {
    while (!stopped) {
      const due = pause(interval);
      peak = Math.max(peak, await browser.memory());
      await due;
    }
  })();
  sampling.catch(() => {}); // heard of by who stops it
  return {
    get peak() {
      return peak;
    },
    async stop() {
      stopped = true;
      await sampling;
    },
  };
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
