import type { StoredState } from './describe-fetch.ts';
import type { EngineOfDaemon } from './engine-of-daemon.ts';
import type { KeptFetch } from './kept-fetch.ts';

/** What the engine's store says now of a fetch that is kept. */
export async function readStored(engine: EngineOfDaemon, kept: KeptFetch): Promise<StoredState | null> {
  if (kept.ended !== null) return null;
  const fetch = await engine.findFetch(kept.id);
  return fetch ? { fetch, records: await engine.listRecords(fetch.key) } : null;
}
