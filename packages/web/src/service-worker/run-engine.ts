import {
  type Connectivity,
  completeOptions,
  Engine,
  type GivenEngineOptions,
  type Realm,
} from '@background-fetch/core';
import { isTrial } from '../shared/caller-policy.ts';
import { beginGeneration, registrationKey, shareWithEngine } from '../shared/context.ts';
import { connectivity, warn } from '../shared/host.ts';
import { type WorkerMessage, wrapMessage } from '../shared/messages.ts';
import { type StartPolicy, setStartPolicy } from '../shared/start-policy.ts';
import { openIndexedDbStore } from '../storage/indexed-db-store.ts';
import { createConnections } from './connections.ts';
import { EngineChannel } from './engine-channel.ts';
import { createEvents } from './events.ts';
import { getIntegrity } from './integrity.ts';
import { hiddenSlice, lastSlice, SlicedLifetime, slice } from './lifetime.ts';
import { createNetwork } from './network.ts';
import { readMessage } from './read-message.ts';
import { createWorkerHost } from './registration-host.ts';
import { type ExtendableEvent, type ExtendableMessageEvent, scope } from './scope.ts';
import { Turns } from './turns.ts';

/** The options of `configure()`. */
export interface WorkerOptions {
  /** The options of the engine: parallelism, checkpoints, retries. Each has a default. */
  readonly engine?: GivenEngineOptions;
  /** Tells whether the device is online. Default: `navigator.onLine`. */
  readonly connectivity?: Connectivity;
  /** Decides for fetches that the worker itself starts. Default: each starts. */
  readonly startPolicy?: StartPolicy;
}

/** The engine of the registration, as its own worker's API reaches it. */
export const workerHost = createWorkerHost({ wake: () => void continueEngine(), click });

const store = openIndexedDbStore();
let channel: EngineChannel;
let realm: Realm;
const lifetime = new SlicedLifetime();
const connections = createConnections();
let options: WorkerOptions = {};
let engine: Promise<Engine> | undefined;
let handedOver = false;
let turns: Turns | undefined;

/** ms after which a page that was left is in no browser's back/forward cache any more */
const longestAway = 60 * 60_000;

/**
 * Sets how the engine of this worker works. Call it while the worker's script is first evaluated: an engine that is at work
 * keeps what it has.
 * @throws TypeError or RangeError that names an option of the engine, its value and its bounds
 */
export function configure(given: WorkerOptions): void {
  completeOptions(given.engine ?? {});
  options = given;
  setStartPolicy(given.startPolicy ?? null);
}

/** Starts the engine if it does not run, and lets it look at the store. */
export async function continueEngine(): Promise<void> {
  if (scope.serviceWorker?.state === 'redundant' || turns?.resting) return;
  // a version that asked to take over and then failed to install leaves this one in charge
  const { installing, waiting } = scope.registration;
  if (handedOver && (installing || waiting)) return;
  handedOver = false;
  engine ??= startEngine();
  const started = engine;
  started.catch(() => {
    engine = undefined;
  });
  const running = await started;
  running.look();
  // where the database was deleted, the generation is another one, and the engine of the one before has nothing left
  // to do
  if (running.registration === (await registrationKey(scope.registration.scope))) return;
  if (engine === started) engine = undefined;
  await continueEngine();
}

async function startEngine(): Promise<Engine> {
  const verifyIntegrity = getIntegrity();
  const ports = {
    ...realm.ports,
    store,
    announcements: channel,
    network: createNetwork((bytes) => store.keep(bytes)),
    connections,
    lifetime,
    events: createEvents(workerHost),
    connectivity: options.connectivity ?? connectivity,
    ...(verifyIntegrity && { verifyIntegrity }),
    mend: store.mend,
    display: { update: () => {} },
    log: { warn },
  };
  const started = new Engine(ports, await registrationKey(scope.registration.scope), options.engine);
  channel.callTheRoll();
  store.forgetEndings(Date.now() - longestAway).catch(() => {});
  started.start();
  // the registration was unregistered: its worker gets no ping any more, and would transfer until it is ended
  channel.subscribe(({ registration, recordsAvailable, result }) => {
    if (registration === started.registration && !recordsAvailable && result === '') started.look();
  });
  return started;
}

async function click(...clicked: Parameters<Engine['click']>): Promise<void> {
  await turns?.over();
  await continueEngine();
  await (await engine)?.click(...clicked);
}

/** Stops the engine for the next version of this worker: what was received is at rest when the lock is free. */
async function handOver(): Promise<void> {
  if (handedOver) return;
  handedOver = true;
  await stop();
}

async function stop(): Promise<void> {
  const running = engine;
  engine = undefined;
  // an engine that could not start has nothing to put away
  await running?.then((started) => started.stop()).catch((error) => warn('the engine stops', error));
  lifetime.release();
}

/** Events that only an active worker gets: each starts the engine, or lets it go on for a slice. */
const functionalEvents = ['push', 'sync', 'periodicsync', 'notificationclick', 'notificationclose'];

function goOn(event: ExtendableEvent): void {
  // an engine that runs and has nothing to do would hear of it if there were anything new
  if (!engine) lifetime.tie(event, continueEngine());
  else if (!lifetime.idle) lifetime.tie(event, engine);
}

/**
 * Lets the engine go on with every fetch of a page, too. A worker that listens to them is started for each: not where
 * the browser's own Background Fetch does the work.
 */
export function goOnWithFetches(): void {
  scope.addEventListener('fetch', (event) => {
    if (!isTrial(event.request)) return goOn(event);
    event.stopImmediatePropagation();
    // nobody reads this response; Firefox would report an error as a promise that nobody handled
    event.respondWith(new Response());
  });
}

/** Makes this service worker run the engine. Its listeners have to come before those of the app. */
export function runEngine(): void {
  channel = new EngineChannel();
  realm = shareWithEngine(store, channel);
  for (const type of functionalEvents) scope.addEventListener(type, goOn);
  scope.addEventListener('install', (event) => {
    // without an active worker this is a new registration, and an earlier one of this scope has left nothing that is
    // its own
    if (!scope.registration.active) event.waitUntil(beginGeneration(scope.registration.scope));
    // pages that this worker keeps waiting look the note up; a failure is no reason not to be installed
    store
      .noteWorker(scope.registration.scope, location.href, scope.registration.active?.scriptURL)
      .catch(() => {});
  });
  turns = new Turns({ stop, goOn: () => void continueEngine() });
  scope.addEventListener('activate', () => {
    channel.askForHandOver(scope.registration.scope);
    // the worker starts by a message of its own: until `activate` is over, every fetch of the app's pages is held back
    scope.registration.active?.postMessage(wrapMessage({ type: 'ping', hidden: true, last: true }));
  });
  scope.addEventListener('message', (event) => {
    const message = readMessage(event);
    if (!message) return;
    event.stopImmediatePropagation();
    receive(event, message);
  });
  const skipWaiting = scope.skipWaiting;
  scope.skipWaiting = () => {
    // pings keep the active one going, and it would be waited for: docs/discoveries.md#a-version-that-waits-for-events
    if (scope.registration.active) channel.askForHandOver(scope.registration.scope);
    return skipWaiting.call(scope);
  };
  channel.onHandOver = (name) => {
    if (name === scope.registration.scope) void handOver();
  };
}

function receive(event: ExtendableMessageEvent, message: WorkerMessage): void {
  if (message.type === 'hello') {
    event.ports[0]?.postMessage({ integrity: getIntegrity() !== undefined });
  } else if (message.type === 'ping') {
    if (message.last) void turns?.onLeft();
    lifetime.tie(event, continueEngine(), message.last ? lastSlice : message.hidden ? hiddenSlice : slice);
  } else if (message.type === 'click') {
    const { key, order } = message;
    if (typeof key === 'string' && typeof order === 'number') event.waitUntil(click({ key, order }));
  }
}
