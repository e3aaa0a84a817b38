import { click, install, isPaused, onPausedChange, pause, resume } from 'background-fetch/ponyfill';

/** What the page needs to download in the background. */
export interface BackgroundFetching {
  readonly manager: BackgroundFetchManager;
  /** What the polyfill adds for apps that draw their own downloads; the browser's own API has no such thing. */
  readonly display: Display | null;
}

export interface Display {
  pause(registration: BackgroundFetchRegistration): Promise<void>;
  resume(registration: BackgroundFetchRegistration): Promise<void>;
  isPaused(registration: BackgroundFetchRegistration): boolean;
  /** Told of what is pressed in other tabs, too. */
  onPausedChange(registration: BackgroundFetchRegistration, callback: () => void): () => void;
  click(registration: BackgroundFetchRegistration): Promise<void>;
}

/** `?native` shows the browser's own API instead of the polyfill. */
export const wantsNative = new URLSearchParams(location.search).has('native');

export async function startBackgroundFetching(): Promise<BackgroundFetching> {
  if (!navigator.serviceWorker) {
    throw new Error(
      'This browser has no service workers here. Open the page on http://localhost or over https.',
    );
  }
  if (!wantsNative) install({ native: 'replace' });
  else if (!('BackgroundFetchManager' in globalThis)) {
    throw new Error('This browser has no Background Fetch of its own. Open the page without ?native.');
  }
  await navigator.serviceWorker.register(wantsNative ? '/service-worker.native.js' : '/service-worker.js');
  const registration = await navigator.serviceWorker.ready;
  return {
    manager: registration.backgroundFetch,
    display: wantsNative ? null : { pause, resume, isPaused, onPausedChange, click },
  };
}
