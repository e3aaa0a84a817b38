import {
  type BackgroundFetchRegistration,
  isRegistration,
  setPaused,
  stateOf,
} from './background-fetch-registration.ts';

// What a browser's own download display lets its user do, for apps that draw one. These are functions, and not members of
// the registration: it is to be what the specification says, and nothing else. A registration of the browser's own, which
// most Chromium pages have, offers none of it to script.

/** A registration object of whatever Background Fetch. */
interface AnyRegistration extends EventTarget {
  readonly id: string;
  readonly recordsAvailable: boolean;
}

/**
 * Pauses a background fetch: nothing is transferred until `resume()`, and nothing that was is lost.
 * Rejects with an InvalidStateError if it has ended, or if a request that is not a GET is still under way; with a
 * NotSupportedError for a registration of the browser's own.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export async function pause(registration: AnyRegistration): Promise<void> {
  await setPaused(requireOwn('pause', registration), true);
}

/**
 * Lets a paused background fetch go on. Rejects with an InvalidStateError if it has ended; with a NotSupportedError for a
 * registration of the browser's own.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export async function resume(registration: AnyRegistration): Promise<void> {
  await setPaused(requireOwn('resume', registration), false);
}

/** Whether it is paused, as far as script can tell: one of the browser's own never says so. */
export function isPaused(registration: AnyRegistration): boolean {
  const own = ownOf(registration);
  return own !== null && stateOf(own).snapshot.paused;
}

/** Whether `pause()` and `resume()` can do anything: not once it has ended, and never to one of the browser's own. */
export function canPause(registration: AnyRegistration): boolean {
  const own = ownOf(registration);
  if (!own) return false;
  const { result, recordsAvailable } = stateOf(own).snapshot;
  return result === '' && recordsAvailable;
}

/**
 * Calls back whenever it is paused or resumed, in whichever tab, with whether it is paused now. Never calls back for one of
 * the browser's own. Returns a function that ends it.
 */
export function onPausedChange(
  registration: AnyRegistration,
  callback: (paused: boolean) => void,
): () => void {
  const own = ownOf(registration);
  if (!own) return () => {};
  const state = stateOf(own);
  const listener = (): void => callback(state.snapshot.paused);
  state.pausing.addEventListener('change', listener);
  return () => state.pausing.removeEventListener('change', listener);
}

/**
 * Activates the display of a background fetch: a `backgroundfetchclick` event is fired, after its end, too. Resolves when
 * it was asked for, and where the engine is when it was handled. Rejects with a NotSupportedError for a registration of the
 * browser's own.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export async function click(registration: AnyRegistration): Promise<void> {
  const { host, snapshot } = stateOf(requireOwn('click', registration));
  await host.click(snapshot);
}

/** Null for one that was not made here. */
function ownOf(registration: unknown): BackgroundFetchRegistration | null {
  if (isRegistration(registration)) return registration;
  if (Object.prototype.toString.call(registration) === '[object BackgroundFetchRegistration]') return null;
  throw new TypeError('This takes a BackgroundFetchRegistration, as fetch() and get() give it');
}

function requireOwn(name: string, registration: unknown): BackgroundFetchRegistration {
  const own = ownOf(registration);
  if (own) return own;
  throw new DOMException(
    `${name}() can't reach the browser's own Background Fetch, which only its display controls: use that, or ` +
      "install({ native: 'replace' })",
    'NotSupportedError',
  );
}
