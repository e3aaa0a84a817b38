import type { FetchEntries } from './fetch-entries.ts';
import { idOfFetch } from './fetch-requests.ts';
import { DaemonError, type RequestedFetch } from './protocol.ts';

/**
 * The id of the fetch that is asked for: of the one that was asked for before, or one that no other has.
 * @throws {DaemonError} if the user has chosen the id of another fetch
 */
export function chooseId(entries: FetchEntries, requested: RequestedFetch, fingerprint: string): string {
  for (const { kept } of entries.all()) if (kept.token === requested.token) return kept.id;
  const wanted = requested.id ?? idOfFetch(requested);
  // one that was numbered keeps its number when those before it are forgotten
  for (const { kept } of entries.all()) {
    if (kept.fingerprint !== fingerprint) continue;
    if (kept.id === wanted || (requested.id === null && isNumbered(kept.id, wanted))) return kept.id;
  }
  if (!entries.get(wanted)) return wanted;
  if (requested.id !== null) {
    throw new DaemonError(
      'usage',
      `There is another fetch "${wanted}": choose another --id, or forget that one`,
    );
  }
  let n = 2;
  while (entries.get(`${wanted}-${n}`)) n++;
  return `${wanted}-${n}`;
}

function isNumbered(id: string, name: string): boolean {
  return id.startsWith(`${name}-`) && /^\d+$/.test(id.slice(name.length + 1));
}
