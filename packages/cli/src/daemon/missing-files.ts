import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { identityOf } from '@background-fetch/common';
import type { EngineOfDaemon } from './engine-of-daemon.ts';
import { createRequests } from './fetch-requests.ts';
import { forEachAtATime } from './for-each-at-a-time.ts';
import type { KeptFetch, KeptFile } from './kept-fetch.ts';
import type { KeptFetches } from './kept-fetches.ts';
import type { RequestedFetch } from './protocol.ts';

/** files at a time that the server is asked about */
const atATime = 6;

/**
 * The files of a fetch that has ended which have to be fetched again for whoever asks for all of them now, by their number.
 * A file that was received stays what it is if it is still where it belongs, as it was put there, and if the server says that
 * it has that version still. What the server can't be asked about, or does not answer, is fetched again where all was done
 * before; where a command goes on with what another one left, it stays, as that is one list still.
 */
export async function findMissingFiles(
  kept: KeptFetch,
  requested: RequestedFetch,
  engine: EngineOfDaemon,
  store: KeptFetches,
): Promise<number[]> {
  const missing: number[] = [];
  const { directory } = requested;
  const requests = createRequests({ ...requested, body: null });
  await forEachAtATime(kept.files, atATime, async (file, index) => {
    const request = requests[index];
    const belongsThere = file.path === null || directory === null || isIn(directory, file);
    const isThere =
      belongsThere && request !== undefined && (await isInPlace(file, store.receivedPath(kept, index)));
    const isAsked = requested.earlier?.includes(index) ?? true;
    const isOver = kept.ended?.result === 'success' && !requested.earlier;
    const stays = isThere && (!isAsked || (await isCurrent(kept, file, request, engine, !isOver)));
    if (!stays) missing.push(index);
  });
  return missing.sort((a, b) => a - b);
}

/** Whether a file was saved there, and not only elsewhere. */
export function isIn(directory: string, { path, name }: KeptFile): boolean {
  return path !== null && dirname(path) === directory && (name === null || name === basename(path));
}

/** Whether a file came whole, and is still there as it was put there. */
export async function isInPlace({ outcome, path, identity }: KeptFile, received: string): Promise<boolean> {
  if (outcome?.reason !== '') return false;
  const stats = await lstat(path ?? received, { bigint: true }).catch(() => null);
  if (!stats?.isFile()) return false;
  return path === null || identity === undefined || identityOf(stats) === identity;
}

/** @param unlessKnown what is taken for the answer where there is none */
async function isCurrent(
  { id }: KeptFetch,
  { outcome }: KeptFile,
  request: Request,
  engine: EngineOfDaemon,
  unlessKnown: boolean,
): Promise<boolean> {
  // what was sent must not be sent again only to find out whether it would bring the same
  if (request.method !== 'GET' && request.method !== 'HEAD') return true;
  const { condition } = outcome ?? {};
  if (!condition) return unlessKnown;
  const answer = await engine.askAboutVersion(id, request, condition);
  return answer === 'unknown' ? unlessKnown : answer === 'same';
}
