import { defaultRetryPolicy, type Network } from '@background-fetch/core';
import type * as Polyfill from 'background-fetch/service-worker';
import { createNetwork } from '../../../../packages/web/src/service-worker/network.ts';
import { answerOver, type Call, openAnswers } from './answer-calls.ts';
import { recordEvents } from './event-reports.ts';
import { serviceWorker } from './global.ts';
import type { WorkerScriptOptions } from './options.ts';
import { SwitchedConnectivity } from './switched-connectivity.ts';

/** What functions that a test evaluates in the service worker find as `testWorker`. */
export interface TestWorker {
  /** The options with which the scope was opened. */
  readonly options: WorkerScriptOptions;
  /** The registration of this worker. */
  readonly registration: ServiceWorkerRegistration;
  /** The polyfill's exports, where it was imported. */
  readonly polyfill: typeof Polyfill | undefined;
  /** The types of the events that the polyfill listened to while it was imported, in a classic worker. */
  readonly listened: readonly string[];
  /** What was warned of in the console. */
  readonly warnings: readonly string[];
  /** URLs of the `fetch` events that the worker got. */
  readonly fetched: string[];
  /** Goes offline and online, where the scope was opened with `connectivity: 'switched'`. */
  setOnline(online: boolean): void;
  /** The polyfill's network, without its engine; only in browsers. */
  readonly network?: Network;
  /** The SHA-256 of a response's body, in lower-case hexadecimal. */
  sha256(response: Response): Promise<string>;
}

declare global {
  var testWorker: TestWorker;
}

export function readOptions(): WorkerScriptOptions {
  return JSON.parse(new URL(location.href).searchParams.get('options') ?? '{}') as WorkerScriptOptions;
}

/** Makes a service worker do what tests ask; the polyfill has been imported before. */
export function setUpTestWorker(
  options: WorkerScriptOptions,
  polyfill: typeof Polyfill | undefined,
  listened: readonly string[] = [],
): void {
  const channel = openAnswers(options.channel, !options.native);
  const connectivity = new SwitchedConnectivity();
  const fetched: string[] = [];
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...said) => {
    warnings.push(said.join(' '));
    warn(...said);
  };
  globalThis.testWorker = {
    options,
    registration: serviceWorker.registration,
    polyfill,
    listened,
    warnings,
    fetched,
    setOnline: (online) => connectivity.setOnline(online),
    network: createNetwork(async (bytes) => ({ size: bytes.size, value: bytes })),
    sha256: async (response) => toHex(await crypto.subtle.digest('SHA-256', await response.arrayBuffer())),
  };
  const { engine, startPolicy } = options.configure;
  polyfill?.configure({
    // Short delays: the tests wait for what happens after them.
    engine: { ...engine, retry: { ...shortRetries, ...engine?.retry } },
    ...(options.configure.connectivity === 'switched' && { connectivity }),
    ...(startPolicy && { startPolicy: () => startPolicy }),
  });
  const commands = recordEvents(channel);
  serviceWorker.addEventListener('fetch', (event) => fetched.push(event.request.url));
  serviceWorker.addEventListener('message', (event) => {
    const message = event.data as WorkerCommand | undefined;
    if (message?.type === 'call') event.waitUntil(answerOver(channel, message.call));
    else if (message?.type === 'hold') commands.hold(message.name);
    else if (message?.type === 'release') commands.release();
    else if (message?.type === 'handle') commands.handle(message.name, message.source, message.args);
  });
}

export type WorkerCommand =
  | { readonly type: 'call'; readonly call: Call }
  | { readonly type: 'hold'; readonly name: string }
  | { readonly type: 'release' }
  | {
      readonly type: 'handle';
      readonly name: string;
      readonly source: string;
      readonly args: readonly unknown[];
    };

export const shortRetries = {
  ...defaultRetryPolicy,
  firstDelay: 50,
  unansweredWithin: 150,
  longestDelay: 400,
};

function toHex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
