import type { ClientPorts, EngineStrategies } from '@background-fetch/core';
import type { MemoryStoreOptions } from '../store/memory-store.ts';
import type { EngineTraits } from './engine-traits.ts';

/** What a host is like. Each context has what holds when it starts. */
export interface Traits {
  engine: EngineTraits;
  /** What its engines do in its own way. */
  strategies: EngineStrategies;
  store: Omit<MemoryStoreOptions, 'disk' | 'clock' | 'onCommit' | 'onFailure'>;
  /** Whether workers give settled bodies as Blobs. */
  givesBlobs: boolean;
  /** Whether engines share their connections with those of other registrations, as in browsers. */
  sharesConnections: boolean;
  /** ms after which a worker has listeners: until then events stay owed, as in Node; 0 for at once, as in browsers */
  listensAfter: number;
  /** ms that the host's clock is ahead of the servers' */
  clockError: number;
  /** What tells that something was collected: nothing by default, because a seed does not decide when that is. */
  onCollected?: ClientPorts['onCollected'];
}

/** Small bodies, so that a simulated transfer has several checkpoints and ranges. */
const smallOptions: EngineTraits = {
  smallestCheckpoint: 8 * 1024,
  checkpointSize: 16 * 1024,
  checkpointInterval: 1000,
  firstCheckpointInterval: 250,
  pieceSize: 64 * 1024,
  smallestPiece: 4 * 1024,
};

export function traitsOf(engine: EngineTraits = {}, strategies: EngineStrategies = {}): Traits {
  return {
    engine: { ...smallOptions, ...engine },
    strategies,
    store: { commitDelay: 5 },
    givesBlobs: true,
    sharesConnections: true,
    listensAfter: 0,
    clockError: 0,
  };
}
