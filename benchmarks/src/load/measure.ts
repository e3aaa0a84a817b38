import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BackgroundFetchRegistration } from '@background-fetch/node';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import type { Shape } from './shapes.ts';

/** What one engine, in a process of its own, came to. Times in ms. */
export interface Measurement {
  readonly name: string;
  readonly fetches: number;
  readonly records: number;
  /** Until all promises of `fetch()` had resolved. */
  readonly starting: number;
  /** From then until all records were fetched, and the events handled. */
  readonly fetching: number;
  /** bytes by which the process grew, at most */
  readonly peak: number;
  readonly getIds: Percentiles;
  readonly match: Percentiles;
  readonly eventLoop: Percentiles;
  readonly progress: number;
}

export interface Percentiles {
  readonly half: number;
  readonly most: number;
  readonly all: number;
}

const bodySize = 100;
/** ms between two looks from outside */
const lookInterval = 500;

/** Fetches small bodies in the shape that is asked for, and looks at the engine as an app would meanwhile. */
export async function measure(shape: Shape, origin: string): Promise<Measurement> {
  const { openBackgroundFetch } = await import('@background-fetch/node');
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-load-'));
  const engine = await openBackgroundFetch({ directory });
  const loop = monitorEventLoopDelay({ resolution: 5 });
  const before = process.memoryUsage.rss();
  const spent = { getIds: [] as number[], match: [] as number[] };
  let [peak, progress] = [0, 0];
  try {
    const ended = allSucceed(engine, shape.fetches);
    const registrations = new Map<string, BackgroundFetchRegistration>();
    const begin = performance.now();
    loop.enable();
    for (let number = 0; number < shape.fetches; number++) {
      const urls = Array.from(
        { length: shape.recordsPerFetch },
        (_, index) => `${origin}/r/${index}?size=${bodySize}`,
      );
      const registration = await engine.backgroundFetch.fetch(`fetch ${number}`, urls);
      registrations.set(registration.id, registration);
      registration.addEventListener('progress', () => progress++);
    }
    const started = performance.now();
    let over = false;
    const finished = ended.finally(() => {
      over = true;
    });
    while (!over) {
      await timed(spent.getIds, () => engine.backgroundFetch.getIds());
      const [id] = await engine.backgroundFetch.getIds();
      const registration = registrations.get(id ?? '');
      if (registration?.recordsAvailable) {
        // it may be released in between, which is no matter of time
        await timed(spent.match, () =>
          registration.match(`${origin}/r/${shape.recordsPerFetch - 1}?size=${bodySize}`),
        ).catch(() => {});
      }
      peak = Math.max(peak, process.memoryUsage.rss() - before);
      await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, lookInterval))]);
    }
    await finished;
    return {
      name: shape.name,
      fetches: shape.fetches,
      records: shape.fetches * shape.recordsPerFetch,
      starting: started - begin,
      fetching: performance.now() - started,
      peak,
      progress,
      getIds: percentiles(spent.getIds),
      match: percentiles(spent.match),
      eventLoop: {
        half: loop.percentile(50) / 1e6,
        most: loop.percentile(99) / 1e6,
        all: loop.max / 1e6,
      },
    };
  } finally {
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function timed(into: number[], work: () => Promise<unknown>): Promise<void> {
  const begin = performance.now();
  await work();
  into.push(performance.now() - begin);
}

function allSucceed(engine: EventTarget, fetches: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = fetches;
    engine.addEventListener('backgroundfetchsuccess', () => --left === 0 && resolve());
    engine.addEventListener('backgroundfetchfail', () =>
      reject(new Error('A background fetch failed under load')),
    );
  });
}

function percentiles(times: number[]): Percentiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { half: at(0.5), most: at(0.99), all: at(1) };
}

/** The server has a process of its own, so that its work is not measured. */
if (process.argv[2] === 'serve') {
  const server = await startFaultServer();
  process.send?.(server.origin);
  await once(process, 'disconnect');
  await server.close();
} else if (process.argv[2] === 'measure') {
  const [shape, origin] = process.argv.slice(3) as [string, string];
  process.send?.(await measure(JSON.parse(shape) as Shape, origin));
  process.disconnect();
}
