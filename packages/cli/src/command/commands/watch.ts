import { lstat } from 'node:fs/promises';
import { hasEnded } from '../../daemon/status.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runWithDaemon } from '../run-command.ts';
import { type Followed, followUnlessInterrupted, summarise } from './follow.ts';

/** Where the files of fetches that ended before were saved, and are no more. */
async function findGone({ fetches }: Followed): Promise<Set<string>> {
  const gone = new Set<string>();
  const paths = fetches.flatMap(({ files }) => files.flatMap(({ path }) => path ?? []));
  const look = async (path: string): Promise<void> => {
    await lstat(path).catch(({ code }: NodeJS.ErrnoException) => {
      if (code === 'ENOENT' || code === 'ENOTDIR') gone.add(path);
    });
  };
  await Promise.all(paths.map(look));
  return gone;
}

function without(gone: ReadonlySet<string>, { fetches, exitCode }: Followed): Followed {
  const left = fetches.map(({ fetch, files }) => ({
    fetch,
    files: files.filter(({ path }) => path === null || !gone.has(path)),
  }));
  return {
    fetches: left,
    exitCode: exitCode === exitCodes.success && gone.size > 0 ? exitCodes.trouble : exitCode,
  };
}

export async function watch(given: readonly string[], options: CommonOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const ids =
      given.length > 0
        ? [...new Set(given)]
        : (await session.call('list', {})).flatMap(({ id, state }) => (hasEnded(state) ? [] : [id]));
    if (ids.length === 0) {
      output.note('There is nothing to watch: every fetch has ended');
      return exitCodes.success;
    }
    const followed = await followUnlessInterrupted(session, ids, output, async () => 'stop');
    if (!followed) return exitCodes.aborted;
    const gone = await findGone(followed);
    const now = without(gone, followed);
    summarise(now, output);
    for (const path of gone)
      output.error(`${printable(path)} is not there any more: the command that fetched it fetches it again`);
    return now.exitCode;
  });
}
