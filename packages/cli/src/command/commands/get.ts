import { DaemonError, type RequestedFetch } from '../../daemon/protocol.ts';
import type { FetchReport, FetchStatus } from '../../daemon/status.ts';
import { cameWhole, earlierFiles, renewEarlierFiles } from '../earlier-files.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.ts';
import { formatSize } from '../format.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { openBody } from '../request-body.ts';
import { type RequestOptions, requestFetch, standardOutput } from '../requested-fetch.ts';
import { runWithDaemon, storeOf, workingDirectory } from '../run-command.ts';
import type { Session } from '../session.ts';
import { skipExisting } from '../skip-existing.ts';
import { BodyWriter, requireWhole } from '../write-body.ts';
import { type Followed, followUnlessInterrupted, summarise } from './follow.ts';

/** Fetches, follows, saves and forgets. What an earlier call of the same command has left is gone on with. */
export async function get(urls: readonly string[], options: RequestOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const isWritten = options.output === standardOutput;
    if (isWritten && output.json)
      throw new UsageError('--json and --output - both write to the standard output: choose one');
    const opened = await openBody(options.body, storeOf(options));
    const started = await requestFetch(urls, options, opened.body, workingDirectory)
      .then((requested) => skipExisting({ ...requested, command: 'get' }, options, output))
      .then((requested) => requested && startOrGoOn(session, requested))
      .finally(() => opened.close());
    if (!started) return exitCodes.success;
    const { requested, fetch } = started;
    const { id, state, fileCount } = fetch;
    if (output.json) output.event({ event: 'started', id, state, fileCount });
    const writer = isWritten ? new BodyWriter(session, id) : null;
    const follow = (): Promise<Followed | null> =>
      followUnlessInterrupted(session, [id], output, (times) => interrupt(session, id, times, output));
    let followed = await (writer ? Promise.race([follow(), writer.ended.then(() => null)]) : follow());
    if (writer?.hasEnded) return await writer.ended;
    // what was written was read while it came
    const isDone = followed?.exitCode === exitCodes.success && !isWritten;
    if (isDone && (await renewEarlierFiles(session, requested, started.earlier))) followed = await follow();
    if (!followed) return exitCodes.aborted;
    summarise(isWritten ? followed : await saveReceived(session, followed, requested), output);
    if (writer && followed.exitCode === exitCodes.success) {
      const end = await Promise.race([writer.written, writer.ended.then(() => null)]);
      if (end === null) return await writer.ended;
      requireWhole(end, followed);
    }
    const kept = followed.fetches.find(({ fetch }) => fetch.kept > 0);
    if (kept) {
      const amount = formatSize(kept.fetch.kept);
      output.note(`${amount} are kept for a while: the same command goes on from there`);
    }
    // what came of a failure is kept, so that the same command goes on from there, and so is what could not be saved
    const isLeft = followed.fetches.some(({ fetch, files }) => fetch.kept > 0 || files.some(cameWhole));
    if (followed.exitCode === exitCodes.success || !isLeft) await session.forget(id);
    return followed.exitCode satisfies ExitCode;
  });
}

interface Started {
  readonly requested: RequestedFetch;
  readonly fetch: FetchStatus;
  /** the files that had come before, by their number */
  readonly earlier: readonly number[];
}

async function startOrGoOn(session: Session, requested: RequestedFetch): Promise<Started> {
  const started = await session.call('fetch', { fetch: requested });
  const {
    outcome,
    report: { fetch },
  } = started;
  const earlier = earlierFiles(started, requested);
  if (outcome === 'running' && fetch.state === 'paused')
    return { requested, fetch: await session.call('resume', { fetch: fetch.id }), earlier };
  // all that is left to do is to put the files where they belong
  if (outcome !== 'ended' || fetch.problem === null) return { requested, fetch, earlier };
  const { directory, overwrite } = requested;
  const saved = await session.call('save', { fetch: fetch.id, directory, name: null, overwrite });
  return { requested, fetch: saved.fetch, earlier };
}

/** Success means that the files are in their places, of a fetch as well whose daemon has lost the note of them. */
async function saveReceived(
  session: Session,
  followed: Followed,
  { directory, files, overwrite }: RequestedFetch,
): Promise<Followed> {
  if (followed.exitCode !== exitCodes.success) return followed;
  const fetches: FetchReport[] = [];
  for (const report of followed.fetches) {
    const isSaved = !report.files.some(({ state }) => state === 'received');
    const name = files.length === 1 ? (files[0]?.name ?? null) : null;
    fetches.push(
      isSaved ? report : await session.call('save', { fetch: report.fetch.id, directory, name, overwrite }),
    );
  }
  return { ...followed, fetches };
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
