import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { copyName, identityOf, isCopyName, reasonOf, syncFolder } from '@background-fetch/common';
import { nameOfUrl } from './file-name.ts';
import { forEachAtATime } from './for-each-at-a-time.ts';
import { isToBeSaved, type KeptFetch, type KeptFile, usualUmask } from './kept-fetch.ts';
import type { KeptFetches } from './kept-fetches.ts';
import { makeDirectories } from './make-directories.ts';
import { type FileToPlace, finishPlacing, identify, NamesInUse, placeFile } from './place-files.ts';

/** files after which it is noted where they are */
const batchSize = 2048;
const atATime = 8;

/**
 * Puts the received files of a fetch that has ended into a directory, and notes where they are. Resolves with the
 * fetch as it is then: with a `problem` if some could not be put there; those stay in the store.
 * @param onNote called with each state that is to be noted
 */
export async function saveFiles(
  fetch: KeptFetch,
  directory: string,
  store: KeptFetches,
  onNote: (fetch: KeptFetch) => Promise<void>,
): Promise<KeptFetch> {
  let current: KeptFetch = { ...fetch, problem: null };
  const note = async (next: KeptFetch): Promise<void> => {
    await onNote(next);
    current = next;
  };
  const open = current.files.flatMap((file, index) => (isToBeSaved(file) ? [index] : []));
  const left = open.length > 0 ? await copiesIn(directory) : [];
  const names = new NamesInUse(
    current.files.flatMap(({ name }) => name ?? []),
    left,
  );
  for (const { path } of current.files) {
    if (path === null || dirname(path) !== directory) continue;
    names.isFirst(basename(path));
    names.add(await identify(path));
  }
  let problem: string | null = null;
  try {
    if (open.length > 0) await makeDirectories(directory, modeOf(fetch, 0o777));
    for (const batch of batchesOf(open, current)) {
      const files = [...current.files];
      const placed: FileToPlace[] = [];
      await forEachAtATime(batch, current.overwrite ? 1 : atATime, async (index) => {
        const file = files[index] as KeptFile;
        const plan = planOf(file, index, current, store);
        try {
          const path = await placeFile(plan, directory, mayReplace(file, current), names);
          files[index] = { ...file, path, identity: identityOf(await lstat(path, { bigint: true })) };
          placed.push(plan);
        } catch (error) {
          problem ??= problemOf(error, current.id, directory);
        }
      });
      await syncFolder(directory);
      await note({ ...current, files });
      await finishPlacing(placed, directory);
    }
  } catch (error) {
    problem ??= problemOf(error, current.id, directory);
  }
  if (problem !== current.problem || open.length === 0) await note({ ...current, problem });
  return current;
}

/** The names of what copies a death may have left there; null where the directory can't be listed. */
async function copiesIn(directory: string): Promise<readonly string[] | null> {
  try {
    return (await readdir(directory)).filter(isCopyName);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
}

/** Those to which the user gave names come first: others may be numbered. */
function batchesOf(open: readonly number[], { files }: KeptFetch): number[][] {
  const named = open.filter((index) => files[index]?.name !== null);
  const others = open.filter((index) => files[index]?.name === null);
  return [named, others].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / batchSize) }, (_, n) =>
      group.slice(n * batchSize, (n + 1) * batchSize),
    ),
  );
}

/** What whoever asked for the fetch gives a new file or directory of these rights. */
export function modeOf({ umask = usualUmask }: KeptFetch, rights: number): number {
  return rights & ~umask;
}

function planOf(file: KeptFile, index: number, fetch: KeptFetch, store: KeptFetches): FileToPlace {
  return {
    source: store.receivedPath(fetch, index),
    name: file.name ?? file.outcome?.suggestedName ?? 'download',
    mayBeNumbered: file.name === null,
    // keys are in the store, and shown to nobody
    temporaryName: copyName(`${fetch.key}/${index}`),
  };
}

/** With leave to overwrite, the user means the names that he knows: his own, and that in the URL. */
function mayReplace({ name, url, outcome }: KeptFile, { overwrite }: KeptFetch): boolean {
  if (!overwrite || name !== null) return overwrite;
  return URL.canParse(url) && outcome?.suggestedName === nameOfUrl(url);
}

function problemOf(error: unknown, id: string, directory: string): string {
  return (
    `What was received could not be saved in ${directory}: ${reasonOf(error)}. It is kept: ` +
    `"bgfetch save ${id} --output DIR" saves it elsewhere`
  );
}
