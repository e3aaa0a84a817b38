/** Ways to get bytes; the page knows how each is done. */
export type Operation =
  /** `fetch()`, every body read to its end and forgotten. */
  | 'drained'
  /** `fetch()`, every response put into a cache. */
  | 'cache.put'
  /** A background fetch of the polyfill, up to `result === 'success'`. */
  | 'polyfill'
  /** The same, and then the worker's success handler puts every response into a cache. */
  | 'polyfill, copied'
  | 'native'
  | 'native, copied';

/** What is fetched: `count` bodies of `size` bytes. */
export interface Workload {
  readonly name: string;
  readonly count: number;
  readonly size: number;
}

/** What a page measured, in ms. */
export interface Measured {
  /** From the call until every byte was where the operation brings it. */
  readonly duration: number;
  /** From there until the success handler had copied every response into a cache, if it did. */
  readonly copying: number | null;
}

/** ids of background fetches whose success handler copies */
export const copyPrefix = 'copy-';
/** Channel on which the worker tells that a copy is done. */
export const copiedChannel = 'benchmark-copied';
/** Requests under way at a time, for the operations that have to see to that themselves: what the engine does, too. */
export const concurrency = 6;
