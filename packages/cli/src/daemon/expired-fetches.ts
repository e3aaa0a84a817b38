import { keptOf } from './describe-fetch.ts';
import type { FetchEntries } from './fetch-entries.ts';
import type { KeeperOptions } from './keeper-options.ts';
import { isToBeSaved, type KeptFetch } from './kept-fetch.ts';

const days = 30;
/** ms for which what a `get` has left stays there when nobody gives its command again */
const longestLeft = days * 24 * 60 * 60_000;

/**
 * Forgets what a `get` that failed or was killed has left, once nobody has given its command for long: who would not know
 * of it forgets it by no command. Nothing of it waits to be saved or to go on; a fetch in the background stays.
 */
export async function forgetExpired(
  entries: FetchEntries,
  { engine, store, log, now }: KeeperOptions,
): Promise<void> {
  for (const { kept, starting, saving } of entries.all()) {
    if (starting || saving || !isOnlyNote(kept, now())) continue;
    const { id } = kept;
    if (keptOf(kept, await engine.findKept(id)) > 0 || entries.get(id)?.kept !== kept) continue;
    entries.delete(id);
    await store.delete(kept);
    await engine.forget(id);
    entries.changed(id);
    log(`"${id}" is forgotten: its get ended ${days} days ago, and was not given again`);
  }
}

function isOnlyNote({ command, ended, problem, files }: KeptFetch, now: number): boolean {
  if (command !== 'get' || problem !== null || files.some(isToBeSaved)) return false;
  return ended?.at !== undefined && now - ended.at > longestLeft;
}
