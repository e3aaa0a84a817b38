import { type BackgroundFetchEvent, openBackgroundFetch } from '@background-fetch/node';
import { seededRandom } from '@background-fetch/testing-simulation';
import { LoopWatch } from './loop-watch.ts';
import type { Report } from './report.ts';

/** Fetches from hostile servers, as many at once as it is told, until it has done so many or so much time has passed. */
const [directory = '', seed = '', most = '0', seconds = '0', ...origins] = process.argv.slice(2);
const atOnce = 64;
/** ms after which a fetch that has not ended is taken for one that never will */
const patience = 120_000;
const mebibyte = 2 ** 20;

const faults: string[] = [];
const ends: Record<string, number> = {};
const events = new Map<string, number>();
const waiting = new Map<string, () => void>();
const inUse: number[] = [];
let mostResident = 0;
const watch = new LoopWatch();

process.on('unhandledRejection', (reason) =>
  faults.push(`a rejection that nobody handles: ${inspect(reason)}`),
);
process.on('uncaughtException', (error) =>
  faults.push(`an exception that nobody catches: ${inspect(error)}`),
);

const engine = await openBackgroundFetch({
  directory,
  concurrency: atOnce,
  connectionsPerHost: 12,
  log: () => {},
  retry: {
    firstDelay: 5,
    longestDelay: 20,
    longestRetryAfter: 20,
    unansweredWithin: 50,
    fruitlessAttempts: 4,
    stallTimeout: 150,
    answerTimeout: 200,
    outage: 400,
    firstAnswer: 300,
  },
});
for (const name of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort'] as const) {
  engine.addEventListener(name, (event: BackgroundFetchEvent) => event.waitUntil(onEnd(event)));
}

async function onEnd({ registration }: BackgroundFetchEvent): Promise<void> {
  const { id, result, failureReason } = registration;
  const count = (events.get(id) ?? 0) + 1;
  events.set(id, count);
  if (count > 1) faults.push(`${id}: its event came ${count} times`);
  const how = result === 'success' ? result : failureReason;
  ends[how] = (ends[how] ?? 0) + 1;
  for (const record of await registration.matchAll()) {
    const response = await record.responseReady.catch(() => null);
    const size = response && (await response.arrayBuffer()).byteLength;
    const length = response?.headers.get('content-length');
    if (record.request.method === 'GET' && length != null && size !== Number(length))
      faults.push(`${id}: ${size} bytes of a Content-Length of ${length}`);
  }
  waiting.get(id)?.();
}

async function fetchOne(index: number): Promise<void> {
  const random = seededRandom(`${seed} fetch ${index}`);
  const id = `fetch-${index}`;
  const requests = Array.from({ length: random.integer(1, 3) }, (_, part) => {
    const origin = origins[random.integer(0, origins.length - 1)];
    const url = `${origin}/${index}/${part}`;
    const kind = random.integer(0, 9);
    if (kind === 0) return new Request(url, { method: 'HEAD' });
    if (kind <= 2)
      return new Request(url, { method: 'POST', body: new Uint8Array(random.integer(0, 200_000)) });
    if (kind === 3) return new Request(url, { integrity: `sha256-${'A'.repeat(43)}=` });
    return new Request(url);
  });
  const downloadTotal = random.integer(0, 4) === 0 ? random.integer(1, 200_000) : 0;
  const ended = new Promise<void>((resolve) => waiting.set(id, resolve));
  await engine.backgroundFetch.fetch(id, requests, { downloadTotal });
  let timer: NodeJS.Timeout | undefined;
  const given = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, patience, 'late');
  });
  if ((await Promise.race([ended, given])) === 'late') {
    faults.push(`${id}: no end within ${patience / 1000} s`);
    await (await engine.backgroundFetch.get(id))?.abort();
  }
  clearTimeout(timer);
  waiting.delete(id);
}

function look(): void {
  mostResident = Math.max(mostResident, process.memoryUsage.rss() / mebibyte);
}

function lookAfterCollection(): void {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  inUse.push(Math.round((heapUsed + external) / mebibyte));
  // the collection is ours
  watch.restart();
}

function inspect(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}

const end = performance.now() + Number(seconds) * 1000;
let next = 0;
const worker = async (): Promise<void> => {
  while (next < Number(most) && performance.now() < end) {
    const index = next++;
    await fetchOne(index).catch((error) => faults.push(`fetch-${index}: ${inspect(error)}`));
    look();
    if (index % Math.ceil(Number(most) / 10) === 0) lookAfterCollection();
  }
};
watch.restart();
await Promise.all(Array.from({ length: atOnce }, worker));
const longestBlock = Math.round(watch.longest);
lookAfterCollection();
watch.stop();
await engine.close();
const report: Report = {
  fetches: next,
  ends,
  faults,
  longestBlock,
  inUse,
  mostResident: Math.round(mostResident),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
