import { basename, dirname } from 'node:path';
import { copyDurably } from '@background-fetch/common';
import type { KeptFile } from './kept-fetch.ts';
import { isInPlace } from './missing-files.ts';
import { DaemonError } from './protocol.ts';

/**
 * A file as it is to be saved at a place: one that is there stays, one that was saved elsewhere is copied.
 * @throws DaemonError for one that was saved, and is gone or was changed since
 */
export async function takeForSaving(
  file: KeptFile,
  to: { readonly directory: string; readonly name: string | null },
  received: string,
): Promise<KeptFile> {
  const named = to.name === null ? file : { ...file, name: to.name };
  const { path } = file;
  if (path === null) return named;
  if (!(await isInPlace(file, received))) {
    throw new DaemonError(
      'trouble',
      `${path} is not there any more as it was saved, and there is no other copy: the same "bgfetch get" fetches it again`,
    );
  }
  if (dirname(path) === to.directory && (to.name ?? basename(path)) === basename(path)) return file;
  await copyDurably(path, received, null);
  const { identity: _, ...unsaved } = named;
  return { ...unsaved, path: null };
}
