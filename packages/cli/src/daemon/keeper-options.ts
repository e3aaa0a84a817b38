import type { EngineOfDaemon } from './engine-of-daemon.ts';
import type { KeptFetches } from './kept-fetches.ts';

/** What those work with who keep the fetches of a daemon. */
export interface KeeperOptions {
  readonly engine: EngineOfDaemon;
  /** where notes and received files are */
  readonly store: KeptFetches;
  readonly log: (message: string) => void;
  /** ms since the epoch */
  readonly now: () => number;
}
