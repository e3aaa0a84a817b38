import { randomUUID } from 'node:crypto';
import { redactUrl } from '@background-fetch/common';
import { failedAgain } from './begun-again.ts';
import type { FetchEntries } from './fetch-entries.ts';
import type { KeeperOptions } from './keeper-options.ts';
import { newKeptFetch } from './kept-fetch.ts';

/** Brings what was kept together with what the engine has: either may know of a fetch that the other does not. */
export async function compareWithEngine(
  entries: FetchEntries,
  { engine, store, log, now }: KeeperOptions,
): Promise<void> {
  const inEngine = new Map((await engine.listFetches()).map((fetch) => [fetch.id, fetch]));
  for (const entry of entries.all()) {
    const { kept } = entry;
    if (kept.ended !== null || inEngine.has(kept.id)) continue;
    const failed = failedAgain(kept);
    if (failed) {
      log(`Fetch "${kept.id}" was not begun again: the daemon died before it was stored`);
      // what the engine has left need not be of the files that were to be fetched
      await engine.forget(kept.id);
      await store.write(failed);
      entry.kept = failed;
      continue;
    }
    log(`Fetch "${kept.id}" was never begun: the daemon died before it was stored`);
    entries.delete(kept.id);
    await store.delete(kept);
  }
  for (const { id, title } of inEngine.values()) {
    if (entries.get(id)) continue;
    const { records } = (await engine.findFetch(id)) ?? { records: [] };
    const lostNote = await store.lostNoteOf(id);
    const kept = newKeptFetch({
      ...(lostNote !== undefined && { lostNote }),
      key: randomUUID(),
      id,
      title,
      token: '',
      fingerprint: '',
      created: now(),
      directory: null,
      overwrite: false,
      settings: {},
      files: records.map(({ request }) => ({
        url: redactUrl(request.url),
        name: null,
        outcome: null,
        path: null,
      })),
    });
    await store.write(kept);
    entries.add(kept, Promise.resolve());
  }
}
