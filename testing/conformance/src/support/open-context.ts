import type { Context } from './calls.ts';

export type ContextKind = 'dedicated-worker' | 'shared-worker' | 'frame' | 'tab';

export interface OpenContext extends Context {
  /** Ends it as an app or a user would. */
  close(): void;
}

export interface ContextOptions {
  /** Without the polyfill. */
  readonly bare?: boolean;
  /** Its Content Security Policy. */
  readonly policy?: string;
  /** The scope that it lies in, so that the service worker of that controls it; only frames and tabs. */
  readonly scope?: string;
  /** It outlives the test: opened in `before()`, closed by the caller in `after()`. */
  readonly lasting?: boolean;
}
