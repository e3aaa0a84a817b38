import {
  type BackgroundFetchRegistration,
  isRegistration,
  setPaused,
  stateOf,
} from './background-fetch-registration.ts';

// Apps that draw a download display of their own need what a browser's own one lets its user do. These are functions, and
// not members of the registration, which is to be what the specification says, and nothing else. A registration of the
// browser's own, which most Chromium pages have, offers none of it to script.

/** A registration object of whatever Background Fetch. */
interface AnyRegistration extends EventTarget {
  readonly id: string;
  readonly recordsAvailable: boolean;
}

/**
 * Pauses a background fetch: nothing is transferred until `resume()`, and nothing that was is lost. Resolves when the pause
 * is stored; does nothing to a fetch that is paused. Rejects with an InvalidStateError (DOMException) if the fetch
 * has ended, or if a request that is not a GET is still under way; with a NotSupportedError (DOMException) for a
 * registration of the browser's own; with a TypeError for anything else.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export async function pause(registration: AnyRegistration): Promise<void> {
  await setPaused(requireOwn('pause', registration), true);
}

/**
 * Lets a paused background fetch go on, from what was received. Resolves when that is stored; does nothing to a fetch that
 * is not paused. Rejects with an InvalidStateError (DOMException) if the fetch has ended; with a NotSupportedError
 * (DOMException) for a registration of the browser's own; with a TypeError for anything else.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export async function resume(registration: AnyRegistration): Promise<void> {
  await setPaused(requireOwn('resume', registration), false);
}

/**
 * Whether a background fetch is paused, as far as script can tell: false for each of the browser's own. Throws a TypeError
 * for what is no registration.
 * https://wicg.github.io/background-fetch/#background-fetch-paused-flag
 */
export function isPaused(registration: AnyRegistration): boolean {
  const own = ownOf(registration);
  return own !== null && stateOf(own).snapshot.paused;
}

/**
 * Whether `pause()` and `resume()` can do anything: false once the fetch has ended, and for each of the browser's own.
 * Throws a TypeError for what is no registration.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export function canPause(registration: AnyRegistration): boolean {
  const own = ownOf(registration);
  if (!own) return false;
  const { result, recordsAvailable } = stateOf(own).snapshot;
  return result === '' && recordsAvailable;
}

/**
 * Calls back whenever a background fetch is paused or resumed, in whichever tab, with whether it is paused now. Never calls
 * back for a fetch of the browser's own. Returns a function that ends it. Throws a TypeError for what is no registration.
 * https://wicg.github.io/background-fetch/#background-fetch-paused-flag
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
 * Activates the display of a background fetch: a `backgroundfetchclick` event is fired, after its end, too. In a page, it
 * resolves when the event was asked for; in the context of the engine, when it was handled. Rejects with a
 * NotSupportedError (DOMException) for a registration of the browser's own; with a TypeError for anything else.
 * https://wicg.github.io/background-fetch/#background-fetch-display-algorithm
 */
export async function click(registration: AnyRegistration): Promise<void> {
  const { host, snapshot } = stateOf(requireOwn('click', registration));
  await host.click(snapshot);
}

/** The registration if it was made here, null for one of the browser's own; throws a TypeError for anything else. */
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
