import type { Context } from './calls.ts';

export type ContextKind = 'dedicated-worker' | 'shared-worker' | 'frame' | 'tab';

export interface OpenContext extends Context {
  /** Ends it as an app or a user would. */
  close(): void;
}

export interface ContextOptions {
  /** Without the polyfill. */
  readonly bare?: boolean;
  /** It outlives the test: opened in `before()`, closed by the caller in `after()`. */
  readonly lasting?: boolean;
}
