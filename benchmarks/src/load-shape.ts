/** How many background fetches there are at once, and how many records each has. */
export interface LoadShape {
  readonly fetches: number;
  readonly recordsPerFetch: number;
}

/** ms: median, 99th percentile, maximum */
export interface Delays {
  readonly half: number;
  readonly most: number;
  readonly all: number;
}

/** What a service worker has done so far. */
export interface WorkerCounts {
  readonly timers: number;
  /** transactions that may write */
  readonly writes: number;
  readonly messages: number;
}

/** The same, and how often the page woke the worker. */
export interface PausedCounts extends WorkerCounts {
  readonly pings: number;
}

/** What a load came to in one browser. Times in ms. */
export interface BrowserLoad {
  /** Until all promises of `fetch()` had resolved. */
  readonly starting: number;
  /** What the worker did while all were paused. */
  readonly paused: PausedCounts;
  /** Until all promises of `resume()` had resolved. */
  readonly resuming: number;
  /** From the first `resume()` until the page had seen that all are a success. */
  readonly fetching: number;
  /** bytes by which the browser grew, at most */
  readonly memory: number;
  readonly getIds: Delays;
  readonly match: Delays;
  /** From the engine's announcement until the page has it. */
  readonly messages: Delays;
  /** events that the page got */
  readonly progress: number;
}

/** The polyfill's own channel: the page listens to when messages come. */
export { channelName as loadChannel } from '../../packages/web/src/shared/names.ts';
