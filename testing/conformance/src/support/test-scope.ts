import type { EventReport } from '../worker/event-reports.ts';
import type { BackgroundFetchEvent, EventName } from '../worker/global.ts';
import type { Configuration, WorkerScriptOptions } from '../worker/options.ts';
import type { Context } from './calls.ts';

export interface ScopeOptions {
  /** `forgetful` is a classic worker that does not import the polyfill. Default: classic. */
  readonly worker?: WorkerScriptOptions['worker'];
  /** Also import the script that checks `integrity`. */
  readonly integrity?: boolean;
  /** The Content Security Policy of the worker. */
  readonly policy?: string;
  readonly configure?: Configuration;
  /** The end of the scope's path, to open a known scope again. */
  readonly name?: string;
  /** It outlives the test: opened in `before()`, closed by the caller in `after()`. */
  readonly lasting?: boolean;
}

/** A service worker registration of its own, with the means to look into its worker. */
export interface TestScope extends Context {
  readonly registration: ServiceWorkerRegistration;
  readonly backgroundFetch: BackgroundFetchManager;
  /** Its scope, a URL. */
  readonly scope: string;
  /** A URL below the scope. */
  url(path: string): string;
  /** Reports of the `backgroundfetch…` events so far, in their order. */
  events(): Promise<readonly EventReport[]>;
  /** The next event of that name that this function has not given before, past or future. */
  nextEvent(name: EventName): Promise<EventReport>;
  /** From now on, events of that name stay active (their `waitUntil()` pends) after they were reported. */
  holdEvents(name: EventName): Promise<void>;
  /** Lets go the events that are held, and holds none from now on. */
  releaseEvents(): Promise<void>;
  /**
   * Gives events of that name a function, as its source, to call with the event and these arguments. It is called
   * while the event is dispatched; what it resolves with is `value` of the report.
   */
  handleEvent<A extends unknown[]>(
    name: EventName,
    body: (event: BackgroundFetchEvent, ...args: A) => unknown,
    ...args: A
  ): Promise<void>;
  /** Registers another script for the scope; resolves with its worker once it is installed, waiting or active. */
  installNextWorker(options?: ScopeOptions): Promise<ServiceWorker>;
  unregister(): Promise<boolean>;
  close(): Promise<void>;
}
