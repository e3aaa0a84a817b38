import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { KeptFetch, KeptFile } from './kept-fetch.ts';
import type { KeptFetches } from './kept-fetches.ts';

/** A fetch that failed, as it begins again: files that came whole, and are still there, stay as they are. */
export async function begunAgain(fetch: KeptFetch, store: KeptFetches): Promise<KeptFetch> {
  const again = async (file: KeptFile, index: number): Promise<KeptFile> => {
    const received = store.receivedPath(fetch, index);
    if (file.outcome?.reason === '' && existsSync(file.path ?? received)) return file;
    await rm(received, { force: true });
    return { ...file, outcome: null, path: null };
  };
  return { ...fetch, files: await Promise.all(fetch.files.map(again)), ended: null, problem: null };
}
