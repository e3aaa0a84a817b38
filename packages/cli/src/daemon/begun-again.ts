import { rm } from 'node:fs/promises';
import { nameOfUrl } from './file-name.ts';
import { askedFiles, type FileOutcome, type KeptFetch } from './kept-fetch.ts';
import type { KeptFetches } from './kept-fetches.ts';

/** A fetch that has ended, as it begins again with these of its files, by their number. */
export async function begunAgain(
  fetch: KeptFetch,
  missing: readonly number[],
  asked: readonly number[],
  store: KeptFetches,
): Promise<KeptFetch> {
  const files = [...fetch.files];
  for (const index of missing) {
    await rm(store.receivedPath(fetch, index), { force: true });
    const { url, name } = fetch.files[index] ?? { url: '', name: null };
    files[index] = { url, name, outcome: null, path: null };
  }
  const { asked: _, ...same } = fetch;
  const isOfAll = asked.length === files.length;
  return { ...same, files, ...(!isOfAll && { asked }), ended: null, problem: null };
}

/**
 * What the engine is asked for. What it kept of a failed fetch belongs to the very requests that it was asked for then: they
 * are asked for again, unless a file is missing now that was not among them.
 */
export function askedAgain(
  fetch: KeptFetch,
  missing: readonly number[],
  hasKept: boolean,
): readonly number[] {
  const asked = new Set(askedFiles(fetch));
  return hasKept && missing.every((index) => asked.has(index)) ? [...asked] : missing;
}

/**
 * A fetch that was to begin again, and that the engine does not have: what came before is not lost by that. Null for one of
 * which nothing has come.
 */
export function failedAgain(fetch: KeptFetch): KeptFetch | null {
  if (!fetch.files.some(({ outcome }) => outcome?.reason === '')) return null;
  const files = fetch.files.map((file) => ({ ...file, outcome: file.outcome ?? notBegun(file.url) }));
  return { ...fetch, files, ended: { result: 'failure', reason: 'fetch-error' } };
}

function notBegun(url: string): FileOutcome {
  return {
    reason: 'fetch-error',
    status: null,
    size: 0,
    suggestedName: nameOfUrl(url),
    cause: 'the daemon was ended before it could begin',
  };
}
