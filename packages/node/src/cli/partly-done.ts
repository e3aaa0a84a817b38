import { stat } from 'node:fs/promises';
import type { RequestedFetch } from '../daemon/protocol.ts';
import type { FetchReport, FileStatus } from '../daemon/status.ts';
import type { Followed } from './commands/follow.ts';
import { exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import type { Session } from './session.ts';

/** ms for which files of a call that failed stand for what the server has */
const memory = 24 * 60 * 60 * 1000;

/** What earlier calls of the same command brought before they failed, and the fetches that tell of it. */
export interface Brought {
  readonly files: readonly { readonly id: string; readonly file: FileStatus }[];
  readonly ids: readonly string[];
}

/**
 * Leaves out what earlier calls of the same command have brought, if they failed for other files. Each that brought
 * something is kept by the daemon until one succeeds, and the next asks for what it left.
 */
export async function withoutBrought(
  session: Session,
  asked: RequestedFetch,
  now = Date.now(),
): Promise<{ requested: RequestedFetch; brought: Brought }> {
  let requested = asked;
  let brought: Brought = { files: [], ids: [] };
  while (canBePartlyDone(requested)) {
    const earlier = await session.call('find', { fetch: requested });
    const left = earlier && leftOf(requested, earlier, await findThere(earlier.files), now);
    if (!earlier || !left) break;
    const { id } = earlier.fetch;
    const files = left.there.map((file) => ({ id, file }));
    brought = { files: [...brought.files, ...files], ids: [...brought.ids, id] };
    requested = left.missing;
  }
  return { requested, brought };
}

/**
 * What a fetch that failed left to be done; null where that is everything, or where it goes on by itself.
 * @param there the indices of files that are where they were saved
 */
export function leftOf(
  requested: RequestedFetch,
  { fetch, files }: FetchReport,
  there: ReadonlySet<number>,
  now: number,
): { missing: RequestedFetch; there: readonly FileStatus[] } | null {
  const isRemembered = fetch.state === 'failure' && fetch.kept === 0 && now - fetch.created < memory;
  if (!isRemembered || there.size === 0 || there.size === requested.files.length) return null;
  return {
    missing: { ...requested, id: null, files: requested.files.filter((_, index) => !there.has(index)) },
    there: files.filter(({ index }) => there.has(index)),
  };
}

/** Whether the next call of the same command can make use of what this one brought. */
export function isWorthRemembering(requested: RequestedFetch, { fetches, exitCode }: Followed): boolean {
  const hasSaved = fetches.some(({ files }) => files.some(({ state }) => state === 'saved'));
  return exitCode === exitCodes.failed && hasSaved && canBePartlyDone(requested);
}

/** Says where files are that came before. */
export function tellBrought({ files }: Brought, missing: number, output: Output): void {
  if (files.length === 0) return;
  for (const { id, file } of files) {
    output.result(printable(file.path ?? ''), { event: 'saved', id, ...file });
  }
  output.note(
    `${files.length} of ${files.length + missing} files are there already, from a call that failed: only what is missing is fetched`,
  );
}

/** Who replaces files wants what the server has now; a body is sent whenever that is asked for. */
function canBePartlyDone({ files, overwrite, body }: RequestedFetch): boolean {
  return files.length > 1 && !overwrite && body === null;
}

async function findThere(files: readonly FileStatus[]): Promise<Set<number>> {
  const there = new Set<number>();
  for (const { index, state, path } of files) {
    if (state !== 'saved' || path === null) continue;
    if (
      await stat(path).then(
        (stats) => stats.isFile(),
        () => false,
      )
    )
      there.add(index);
  }
  return there;
}
