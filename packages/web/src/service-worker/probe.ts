import type { Reachability, StoredRequest } from '@background-fetch/core';
import { isChromium, isFirefox } from '../shared/browser.ts';

/** ms without an answer after which the server is asked for something else beside it, where the request has failed */
const patience = 2000;
/** ms by which the event of a violated policy may come after the error (measured: 7 in Firefox) */
const eventDelay = 100;

/**
 * Finds out whether a server answers at the origin of a request, whatever it answers.
 * @param failed whether the request has failed; if not, its response is still waited for
 */
export async function probe(
  request: StoredRequest,
  signal: AbortSignal,
  failed: boolean,
): Promise<Reachability> {
  const { url } = request;
  if (signal.aborted) return 'silent';
  // what the request's own mode forbids is never sent, and is no outage
  const isOwn = new URL(url).origin === location.origin;
  if (failed && ((request.mode === 'same-origin' && !isOwn) || isForbidden(url))) return 'answers';
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
    void isAnswered(request, asking.signal, failed ? patience : 0).then((answered) =>
      end(answered ? 'answers' : 'silent'),
    );
  });
}

/**
 * Asks for the resource itself, and for something small if that gets no answer: servers reset some requests, or take
 * long for them. Chromium and Firefox keep one queue for connections with credentials and one for those without, and
 * let requests of a higher priority pass: all these are sent with the credentials and the priority of the request.
 */
async function isAnswered(request: StoredRequest, signal: AbortSignal, patience: number): Promise<boolean> {
  const ask = (url: string | URL, init: RequestInit): Promise<boolean> =>
    fetch(url, {
      ...{ ...request, headers: [], integrity: '', cache: 'no-store', priority: 'low', signal },
      ...init,
    }).then(
      () => true,
      () => false,
    );
  // HEAD, because Firefox waits for the whole body of most opaque responses
  const asking = async (): Promise<boolean> => {
    // a redirect is an answer, too. A worker that isolates itself by COEP gets an answer only by CORS, if by anything
    if (await ask(request.url, { method: 'HEAD', redirect: 'manual' })) return true;
    await pause(eventDelay);
    return await ask(request.url, { method: 'HEAD', mode: 'no-cors', redirect: 'follow' });
  };
  const own = asking();
  if (await Promise.race([own, pause(patience)])) return true;
  // servers that do not know HEAD know this: it is small, no page, and rarely redirected
  const small = ask(new URL('/robots.txt', request.url), {
    ...{ method: 'GET', mode: 'no-cors', redirect: 'follow' },
  });
  return await Promise.race([
    own.then((answered) => answered || small),
    small.then((answered) => answered || own),
  ]);
}

function pause(duration: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, duration, false));
}

/**
 * Whether the worker's own Content Security Policy forbids this URL. WebKit fires no event in service workers, but
 * checks it where an EventSource is made; closed at once, that sends nothing there. In Firefox it would.
 */
function isForbidden(url: string): boolean {
  if (isChromium() || isFirefox()) return false;
  try {
    new EventSource(url).close();
  } catch (error) {
    return (error as Error).name === 'SecurityError';
  }
  return false;
}
