import type { EngineOptions, RetryPolicy } from '@background-fetch/core';

/** What a test asks of its service worker; JSON in the query of the script's URL. */
export interface WorkerScriptOptions {
  /**
   * `forgetful` is a classic one that does not import the polyfill; `beside-native` one that imports it where something
   * stands in the place of a browser's own Background Fetch; `leaving` one without the polyfill that takes over at once;
   * `silent` one whose IndexedDB never answers; `overtaken` one that listens to messages before it imports it; `doubled` one that imports it twice.
   */
  readonly worker:
    | 'classic'
    | 'module'
    | 'forgetful'
    | 'beside-native'
    | 'leaving'
    | 'silent'
    | 'overtaken'
    | 'doubled';
  /** Also import the script that checks `integrity`. */
  readonly integrity: boolean;
  readonly configure: Configuration;
  /** The browser's own Background Fetch is tested: import nothing. */
  readonly native: boolean;
  /** The BroadcastChannel on which the worker answers. */
  readonly channel: string;
}

/** What `configure()` of the polyfill gets, as JSON. Retry delays are short unless given. */
export interface Configuration {
  readonly engine?: Partial<Omit<EngineOptions, 'retry'>> & { readonly retry?: Partial<RetryPolicy> };
  /** A start policy that decides this for every fetch that the worker starts. */
  readonly startPolicy?: 'start' | 'start-paused' | 'deny';
  /** `switched`: the engine is online until `testWorker.setOnline(false)` is called in the worker. */
  readonly connectivity?: 'switched';
}
