import { DaemonError, type RequestedFetch } from '../../daemon/protocol.ts';
import type { FetchStatus } from '../../daemon/status.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatSize } from '../format.ts';
import type { Output } from '../output.ts';
import { isWorthRemembering, tellBrought, withoutBrought } from '../partly-done.ts';
import { printable } from '../printable.ts';
import { type RequestOptions, requestFetch } from '../requested-fetch.ts';
import { runWithDaemon } from '../run-command.ts';
import type { Session } from '../session.ts';
import { skipExisting } from '../skip-existing.ts';
import { followUnlessInterrupted, summarise } from './follow.ts';

/** Fetches, follows, saves and forgets. What an earlier call of the same command has left is gone on with. */
export async function get(urls: readonly string[], options: RequestOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const asked = await skipExisting(
      { ...(await requestFetch(urls, options, process.cwd())), command: 'get' },
      options,
      output,
    );
    if (!asked) return exitCodes.success;
    const { requested, brought } = await withoutBrought(session, asked);
    tellBrought(brought, requested.files.length, output);
    const fetch = await startOrGoOn(session, requested);
    const { id, state, fileCount } = fetch;
    if (output.json) output.event({ event: 'started', id, state, fileCount });
    const followed = await followUnlessInterrupted(session, [id], output, (times) =>
      interrupt(session, id, times, output),
    );
    if (!followed) return exitCodes.aborted;
    summarise(followed, output);
    const kept = followed.fetches.find(({ fetch }) => fetch.kept > 0);
    if (kept) {
      const amount = formatSize(kept.fetch.kept);
      output.note(`${amount} are kept for a while: the same command goes on from there`);
    }
    // what could not be saved is kept, too
    if (
      !kept &&
      followed.exitCode !== exitCodes.trouble &&
      followed.fetches.every(({ fetch }) => fetch.problem === null)
    ) {
      if (isWorthRemembering(requested, followed)) {
        output.note('The same command fetches only what is missing, for a day');
      } else await session.forget(id);
    }
    if (followed.exitCode === exitCodes.success) {
      for (const earlier of brought.ids) await session.forget(earlier);
    }
    return followed.exitCode satisfies ExitCode;
  });
}

async function startOrGoOn(session: Session, requested: RequestedFetch): Promise<FetchStatus> {
  const { outcome, report } = await session.call('fetch', { fetch: requested });
  const { fetch } = report;
  if (outcome === 'running' && fetch.state === 'paused')
    return await session.call('resume', { fetch: fetch.id });
  if (outcome !== 'ended') return fetch;
  if (fetch.state === 'success' && fetch.problem === null) return fetch;
  if (fetch.state === 'success') {
    const { directory, overwrite } = requested;
    return (await session.call('save', { fetch: fetch.id, directory, name: null, overwrite })).fetch;
  }
  await session.forget(fetch.id);
  return (await session.call('fetch', { fetch: requested })).report.fetch;
}

/** The first Ctrl-C stops it and keeps what has come; the second drops it. */
async function interrupt(
  session: Session,
  id: string,
  times: number,
  output: Output,
): Promise<'stop' | 'go on'> {
  const shown = printable(id);
  if (times > 1) {
    await session.call('abort', { fetch: id }).catch(() => {});
    await session.forget(id).catch(() => {});
    return 'stop';
  }
  try {
    await session.call('pause', { fetch: id });
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    output.note(`${printable(error.message)}. Ctrl-C again aborts it`);
    return 'go on';
  }
  output.note(
    `Stopped, and what has come is kept: the same command goes on from there, "bgfetch abort ${shown}" drops it`,
  );
  return 'stop';
}
