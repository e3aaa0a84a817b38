import { isChromium, isFirefox } from './browser.ts';

/**
 * Whether the Content Security Policy of this page or worker lets it fetch a URL. A request that is bound to fail after the
 * policy was asked shows it: docs/discoveries.md#what-a-forbidden-request-tells
 */

/** The number of URLs of one origin that are tried one by one. */
const mostOfOneOrigin = 8;
/** bytes of a body that Chromium refuses to send with `keepalive`, after it has asked the policy */
const tooMuch = 65_537;
/** ms for which Firefox may take to tell why a request failed */
const longestDelay = 1000;

/** ms by which a worker of Firefox may hear of it later than of something else that failed on the main thread since */
const workerDelay = 100;

/** Marks what is tried, so that no `fetch` listener of the app sees it where it comes to a service worker. */
const mark = 'background-fetch-trial';

/** Resolves with the first of these URLs that the policy of this context forbids; undefined if there is none. */
export async function findForbidden(urls: readonly string[]): Promise<string | undefined> {
  const origins = new Map<string, Map<string, string>>();
  for (const url of urls) {
    const { origin, pathname } = new URL(url);
    const known = origins.get(origin) ?? new Map<string, string>();
    // policies look at no query
    origins.set(origin, known.set(origin + pathname, url));
  }
  const found = await Promise.all(
    [...origins].map(async ([origin, known]) => {
      // a policy's path that ends in a slash allows all paths below it: who may fetch the root may fetch all of the
      // origin
      if (known.size > mostOfOneOrigin && (await forbiddenOf([`${origin}/`])).length === 0) return undefined;
      const [first] = await forbiddenOf([...known.keys()]);
      return first && known.get(first);
    }),
  );
  return found.find(Boolean);
}

/** Whether a request that comes to a service worker is one that was tried here. */
export function isTrial(request: Request): boolean {
  return request.headers.has(mark);
}

async function forbiddenOf(urls: readonly string[]): Promise<string[]> {
  if (!isChromium() && !isFirefox()) return urls.filter(isKnownToBeForbidden);
  const told = new Set<string>();
  let onTold = (): void => {};
  const note = ({ blockedURI, disposition }: SecurityPolicyViolationEvent): void => {
    if (disposition === 'enforce') told.add(blockedURI);
    onTold();
  };
  // the listener comes before the app's own, which may stop the event
  const listening = ['securitypolicyviolation', note as (event: Event) => void, true] as const;
  self.addEventListener(...listening);
  if (isChromium()) {
    await Promise.all(urls.map(failsToFetch));
    // Chromium fires the event in the next task
    await new Promise((resolve) => setTimeout(resolve));
  } else if ('document' in globalThis) {
    const failures = (await Promise.all(urls.map(failsToFetch))).filter(Boolean).length;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longestDelay);
      onTold = () => {
        if (told.size < failures) return;
        clearTimeout(timer);
        resolve();
      };
      onTold();
    });
  } else if ('XMLHttpRequest' in globalThis) {
    await Promise.all(urls.map(failsInWorker));
    // the event comes from the main thread, as the failure of this request does, which is never sent; the event may
    // be later
    await fetch('https://background-fetch.invalid/', { mode: 'same-origin' }).catch(ignore);
    await new Promise((resolve) => setTimeout(resolve, workerDelay));
  }
  self.removeEventListener(...listening);
  return urls.filter((url) => told.has(url));
}

/**
 * Whether the policy of this context forbids a URL, where the engine tells at once: WebKit looks at it where an
 * EventSource is made, and sends nothing if that is closed at once.
 */
export function isKnownToBeForbidden(url: string): boolean {
  if (isChromium() || isFirefox()) return false;
  try {
    new EventSource(url).close();
    return false;
  } catch (error) {
    return (error as Error).name === 'SecurityError';
  }
}

/** The options of the trial: a request that changes nothing at any server, should it ever leave. */
function trialOf(url: string): RequestInit {
  const headers = { [mark]: '' };
  if (isChromium()) return { method: 'OPTIONS', headers, keepalive: true, body: new Uint8Array(tooMuch) };
  if (isOwn(url)) return { headers, mode: 'same-origin', cache: 'only-if-cached' };
  return { method: 'OPTIONS', headers, credentials: 'omit' };
}

function isOwn(url: string): boolean {
  return new URL(url).origin === location.origin;
}

/**
 * Begins a fetch and gives it up in the same task. Resolves with whether it failed for something else. Firefox still
 * sends a few that it allows at another origin; Chromium would send more, and gets too large a body.
 */
async function failsToFetch(url: string): Promise<boolean> {
  const controller = new AbortController();
  const trial = fetch(url, { ...trialOf(url), signal: controller.signal });
  controller.abort();
  return await trial.then(
    () => false,
    ({ name }: Error) => name !== 'AbortError',
  );
}

/**
 * Tries a URL in a worker of Firefox, by an XMLHttpRequest: a fetch that is given up is over before the policy is
 * asked there. A request that is allowed may leave before it is given up.
 */
async function failsInWorker(url: string): Promise<void> {
  if (isOwn(url)) return await fetch(url, trialOf(url)).then(ignore, ignore);
  const trial = new XMLHttpRequest();
  trial.open('OPTIONS', url);
  trial.setRequestHeader(mark, '');
  trial.send();
  trial.abort();
}

function ignore(): void {}
