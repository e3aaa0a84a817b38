import type { StoredState } from '@background-fetch/node';
import type { EngineOfDaemon } from './engine-of-daemon.ts';
import type { KeptFetch } from './kept-fetch.ts';

/** What the engine's store says now of a fetch that is kept. */
export async function readStored(engine: EngineOfDaemon, kept: KeptFetch): Promise<StoredState | null> {
  if (kept.ended !== null) return null;
  return (await engine.findFetch(kept.id)) ?? null;
}
