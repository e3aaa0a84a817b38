import type { Reachability, StoredRequest } from '@background-fetch/core';
import { isKnownToBeForbidden } from '../shared/caller-policy.ts';

/** ms without an answer after which the server is asked for something else beside it, where the request has failed */
const patience = 2000;
/** ms by which the event of a violated policy may come after the error (measured: 7 in Firefox) */
const eventDelay = 100;

/**
 * The moment at which a server is asked: before the request is sent, while its response is waited for, or after it
 * has failed.
 */
export type Moment = 'before' | 'meanwhile' | 'after';

/** Finds out whether a server answers at the origin of a request, whatever it answers. */
export async function probe(
  request: StoredRequest,
  signal: AbortSignal,
  moment: Moment,
): Promise<Reachability> {
  const { url } = request;
  if (signal.aborted) return 'silent';
  // a request that its own mode forbids is never sent, and is no outage
  const isOwn = new URL(url).origin === location.origin;
  if (moment !== 'meanwhile' && ((request.mode === 'same-origin' && !isOwn) || isKnownToBeForbidden(url)))
    return 'answers';
  return await new Promise((resolve) => {
    const asking = new AbortController();
    const until = { signal: asking.signal };
    const end = (found: Reachability): void => {
      asking.abort();
      resolve(found);
    };
    signal.addEventListener('abort', () => end('silent'), until);
    // a request that is not allowed to be sent says nothing of the server, and is not helped by waiting
    const violated = ({ blockedURI, disposition }: SecurityPolicyViolationEvent): void => {
      if (disposition === 'enforce' && blockedURI === url.split('#')[0]) end('answers');
    };
    self.addEventListener('securitypolicyviolation', violated as (event: Event) => void, until);
    void whoAnswers(request, asking.signal, moment).then(end);
  });
}

/**
 * Asks for the resource itself, and for something small if that gets no answer: servers reset some requests, or take
 * long for them. All these are sent with the credentials and the priority of the request, so that they wait in its queue:
 * docs/reliability.md#who-answers
 */
async function whoAnswers(
  request: StoredRequest,
  signal: AbortSignal,
  moment: Moment,
): Promise<Reachability> {
  const ask = (url: string | URL, init: RequestInit): Promise<Response | null> =>
    fetch(url, {
      ...request,
      headers: [],
      integrity: '',
      cache: 'no-store',
      priority: 'low',
      signal,
      ...init,
    }).catch(() => null);
  // HEAD, because Firefox waits for the whole body of most opaque responses: docs/reliability.md#who-answers
  const askOpaquely = (): Promise<Response | null> =>
    ask(request.url, { method: 'HEAD', mode: 'no-cors', redirect: 'follow' });
  const askForIt = async (): Promise<Reachability> => {
    // a worker that isolates itself by COEP gets an answer only by CORS, if by anything
    const answer = await ask(request.url, { method: 'HEAD', redirect: 'manual' });
    if (!answer) {
      await pause(eventDelay);
      return (await askOpaquely()) ? 'answers' : 'silent';
    }
    if (answer.type !== 'opaqueredirect' || moment !== 'after' || (await askOpaquely())) return 'answers';
    return 'falters';
  };
  const own = askForIt();
  // while the request only waits, the server is not asked for the same again before it is asked for something else
  const first = moment === 'meanwhile' ? null : await Promise.race([own, pause(patience)]);
  if (first && first !== 'silent') return first;
  // servers that do not know HEAD know this: it is small, no page, and rarely redirected
  const small = ask(new URL('/robots.txt', request.url), {
    method: 'GET',
    mode: 'no-cors',
    redirect: 'follow',
  }).then((answer): Reachability => (answer ? 'answers' : 'silent'));
  return await Promise.race([
    own.then((found) => (found === 'silent' ? small : found)),
    small.then((found) => (found === 'silent' ? own : found)),
  ]);
}

function pause(duration: number): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, duration, null));
}
