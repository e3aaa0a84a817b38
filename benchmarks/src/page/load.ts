import { install, isPaused, resume } from 'background-fetch/ponyfill';
import {
  type BrowserLoad,
  type Delays,
  type LoadShape,
  loadChannel,
  type PausedCounts,
  type WorkerCounts,
} from '../load-shape.ts';
import { activated } from './activated.ts';

type Registration = Awaited<ReturnType<typeof manager.fetch>>;

const scope = '/load/';
const bodySize = 100;
/** ms between two looks from outside */
const lookInterval = 250;
/** ms for which what is paused is watched */
const watched = 15_000;

const worker = await navigator.serviceWorker.register('/load-worker.js', { scope, type: 'module' });
await activated(worker);
// all are there before the first one begins
install({ native: 'replace', startPolicy: () => 'start-paused' });
const manager = worker.backgroundFetch;

let pings = 0;
const { postMessage } = ServiceWorker.prototype;
ServiceWorker.prototype.postMessage = function (this: ServiceWorker, ...args: unknown[]) {
  pings++;
  Reflect.apply(postMessage, this, args);
};

let registrations: Registration[] = [];
let urlsOf: (number: number) => string[] = () => [];

/** Starts all background fetches, paused; resolves with the ms that it took. */
export async function start({ fetches, recordsPerFetch }: LoadShape): Promise<number> {
  const name = Date.now().toString(36);
  urlsOf = (number) =>
    Array.from(
      { length: recordsPerFetch },
      (_, index) => new URL(`/body/${name}-${number}-${index}?size=${bodySize}`, location.href).href,
    );
  registrations = [];
  const begin = performance.now();
  for (let number = 0; number < fetches; number++) {
    registrations.push(await manager.fetch(`${name}-${number}`, urlsOf(number)));
  }
  if (!registrations.every(isPaused)) throw new Error('A background fetch began before all were started');
  return performance.now() - begin;
}

/** What the worker does while all are paused. */
export async function watchPaused(): Promise<PausedCounts> {
  const before = await askWorker();
  const pingsBefore = pings;
  await new Promise((resolve) => setTimeout(resolve, watched));
  const sent = pings - pingsBefore;
  const after = await askWorker();
  return {
    pings: sent,
    timers: after.timers - before.timers,
    writes: after.writes - before.writes,
    messages: after.messages - before.messages,
  };
}

/** Lets all go on, and looks at them as an app would until the last one has ended. */
export async function finish(): Promise<Omit<BrowserLoad, 'starting' | 'paused' | 'memory'>> {
  const spent = { getIds: [] as number[], match: [] as number[], messages: [] as number[] };
  const channel = new BroadcastChannel(loadChannel);
  channel.onmessage = ({ data }: MessageEvent<{ at?: number }>) => {
    if (data.at !== undefined) spent.messages.push(Math.max(0, Date.now() - data.at));
  };
  let progress = 0;
  const ended = Promise.all(registrations.map((one) => untilSuccess(one, () => progress++)));
  const begin = performance.now();
  const resuming = resumeAll().then(() => performance.now() - begin);
  let over = false;
  const finished = Promise.all([ended, resuming]).finally(() => {
    over = true;
  });
  while (!over) {
    await timed(spent.getIds, () => manager.getIds());
    const number = registrations.findIndex(({ result }) => result === '');
    const oldest = registrations[number];
    const last = urlsOf(number).at(-1) as string;
    // it may be released in between, which is no matter of time
    if (oldest) await timed(spent.match, () => oldest.match(last)).catch(() => {});
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, lookInterval))]);
  }
  await finished;
  const end = performance.now();
  channel.close();
  return {
    resuming: await resuming,
    fetching: end - begin,
    progress,
    getIds: delaysOf(spent.getIds),
    match: delaysOf(spent.match),
    messages: delaysOf(spent.messages),
  };
}

async function resumeAll(): Promise<void> {
  for (const registration of registrations) await resume(registration);
}

function untilSuccess(registration: Registration, onProgress: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const { id, result, failureReason } = registration;
      if (result === 'success') resolve();
      if (result === 'failure') reject(new Error(`Background fetch ${id} failed: ${failureReason}`));
    };
    registration.addEventListener('progress', () => {
      onProgress();
      look();
    });
    look();
  });
}

async function timed(into: number[], work: () => Promise<unknown>): Promise<void> {
  const begin = performance.now();
  await work();
  into.push(performance.now() - begin);
}

function delaysOf(times: readonly number[]): Delays {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { half: at(0.5), most: at(0.99), all: at(1) };
}

function askWorker(): Promise<WorkerCounts> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<WorkerCounts>) => {
      port1.close();
      resolve(data);
    };
    worker.active?.postMessage('count', [port2]);
  });
}
