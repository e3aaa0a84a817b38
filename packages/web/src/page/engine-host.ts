import type { EngineHost } from '@background-fetch/core';
import { registrationKey } from '../shared/context.ts';
import type { HelloAnswer } from '../shared/messages.ts';
import { refusal } from '../shared/refusal.ts';
import { getStartPolicy } from '../shared/start-policy.ts';
import { ping, post } from './ping.ts';

/** A worker that says nothing for so long, in ms, has no engine. */
const helloTimeout = 10_000;

const answers = new WeakMap<ServiceWorker, Promise<HelloAnswer>>();

/** The engine of a registration, as a page or a worker reaches it: in its service worker. */
export function createPageHost(registration: ServiceWorkerRegistration): EngineHost {
  return {
    hasActiveWorker: () => !!registration.active,
    key: (transaction) => registrationKey(registration.scope, transaction),
    requireEngine: () => greet(registration),
    wake: () => ping(registration),
    async click({ key, order }) {
      if (registration.active) post(registration.active, { type: 'click', key, order });
    },
    startPolicy: getStartPolicy,
    refusal,
    get clientUrl() {
      return location.href;
    },
  };
}

/** Asks the active worker whether it runs our engine; the answer is kept for as long as that worker lives. */
async function greet(registration: ServiceWorkerRegistration): Promise<HelloAnswer> {
  const worker = registration.active;
  if (!worker) throw new TypeError('The service worker went away');
  const answer = answers.get(worker) ?? sayHello(worker);
  answers.set(worker, answer);
  answer.catch(() => answers.delete(worker));
  return await answer;
}

function waitUntilActivated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (worker.state === 'activating') return;
      worker.removeEventListener('statechange', check);
      resolve();
    };
    worker.addEventListener('statechange', check);
    check();
  });
}

function sayHello(worker: ServiceWorker): Promise<HelloAnswer> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => {
      port1.close();
      reject(
        new TypeError(
          `${worker.scriptURL} does not run background-fetch. Let it begin with import ` +
            "'background-fetch/service-worker' (a module) or importScripts('/background-fetch.sw.js').",
        ),
      );
    }, helloTimeout);
    port1.onmessage = ({ data }: MessageEvent<HelloAnswer>) => {
      clearTimeout(timer);
      port1.close();
      resolve(data);
    };
    post(worker, { type: 'hello' }, [port2]);
  });
}
