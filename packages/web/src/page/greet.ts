import { getContext } from '../shared/context.ts';
import { warn } from '../shared/host.ts';
import type { HelloAnswer } from '../shared/messages.ts';
import { post } from './ping.ts';

/** ms for which an answer is waited for before the store is asked about a silent worker, and the worker once more */
const patience = 10_000;
/** ms after which a worker that does not answer is given up: no browser lets one event of a worker take longer */
const longestSilence = 5 * 60_000;

const answers = new WeakMap<ServiceWorker, Promise<HelloAnswer>>();

/**
 * Asks the active worker of a registration whether it runs our engine; the answer is kept for as long as that worker
 * lives. One that is busy, or starts slowly, is waited for. Its state is not looked at:
 * docs/discoveries.md#webkit-states-of-a-worker
 * @throws TypeError where it runs none, or says nothing for minutes
 */
export async function greet(registration: ServiceWorkerRegistration): Promise<HelloAnswer> {
  const worker = registration.active;
  if (!worker) throw new TypeError('The service worker went away');
  const answer = answers.get(worker) ?? converse(registration, worker);
  answers.set(worker, answer);
  answer.catch(() => answers.delete(worker));
  return await answer;
}

async function converse(
  registration: ServiceWorkerRegistration,
  worker: ServiceWorker,
): Promise<HelloAnswer> {
  const { scriptURL } = worker;
  for (let silence = patience; ; silence += patience) {
    // a browser that ends a worker forgets what it has not read yet
    const answer = await sayHello(worker);
    if (answer) return answer;
    // another version has taken over
    if (registration.active !== worker) return await greet(registration);
    if (!(await getContext().store.hasWorker(registration.scope, scriptURL))) {
      throw new TypeError(
        `${scriptURL} does not run background-fetch. Let it begin with import ` +
          "'background-fetch/service-worker' (a module) or importScripts('/background-fetch.sw.js').",
      );
    }
    if (silence === patience)
      warn(
        `${scriptURL} is busy, or has lost its import of background-fetch: it has not answered for ${patience} ms. ` +
          `It is waited for, ${longestSilence / 60_000} minutes at most`,
      );
    if (silence < longestSilence) continue;
    throw new TypeError(
      `${scriptURL} has not answered for ${longestSilence / 60_000} minutes. Look whether it is kept busy, waits in a ` +
        'debugger, or no longer imports background-fetch',
    );
  }
}

/** Resolves with null if no answer comes for a while. */
function sayHello(worker: ServiceWorker): Promise<HelloAnswer | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const end = (answer: HelloAnswer | null): void => {
      clearTimeout(timer);
      port1.close();
      resolve(answer);
    };
    const timer = setTimeout(end, patience, null);
    port1.onmessage = ({ data }: MessageEvent<HelloAnswer>) => end(data);
    post(worker, { type: 'hello' }, [port2]);
  });
}
