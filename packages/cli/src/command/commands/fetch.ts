import type { StartedFetch } from '../../daemon/protocol.ts';
import { earlierFiles, renewEarlierFiles } from '../earlier-files.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { openBody } from '../request-body.ts';
import { type RequestOptions, requestFetch, standardOutput } from '../requested-fetch.ts';
import { runWithDaemon, storeOf } from '../run-command.ts';
import { skipExisting } from '../skip-existing.ts';
import { exitCodeOf, type Followed, followUnlessInterrupted, summarise } from './follow.ts';

export async function fetch(
  urls: readonly string[],
  options: RequestOptions & { wait?: boolean },
): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    if (options.output === standardOutput)
      throw new UsageError(
        'A fetch in the background writes into files: "bgfetch get --output -" writes to the standard output',
      );
    const opened = await openBody(options.body, storeOf(options));
    const started = await requestFetch(urls, options, opened.body, () => null)
      .then((requested) => skipExisting({ ...requested, command: 'fetch' }, options, output))
      .then(
        async (requested) =>
          requested && { requested, ...(await session.call('fetch', { fetch: requested })) },
      )
      .finally(() => opened.close());
    if (!started) return exitCodes.success;
    const { requested } = started;
    tellStart(started, output);
    const { id } = started.report.fetch;
    if (!options.wait)
      return started.outcome === 'ended' ? exitCodeOf([started.report.fetch]) : exitCodes.success;
    const follow = (): Promise<Followed | null> =>
      followUnlessInterrupted(session, [id], output, async () => {
        output.note(`It goes on in the background: "bgfetch watch ${printable(id)}" follows it again`);
        return 'stop';
      });
    let followed = await follow();
    const isDone = followed?.exitCode === exitCodes.success;
    const earlier = earlierFiles(started, requested);
    if (isDone && (await renewEarlierFiles(session, requested, earlier))) followed = await follow();
    if (!followed) return exitCodes.aborted;
    summarise(followed, output);
    return followed.exitCode;
  });
}

function tellStart({ outcome, report: { fetch } }: StartedFetch, output: Output): void {
  const { id, state, fileCount } = fetch;
  output.result(printable(id), { event: 'started', outcome, id, state, fileCount });
  if (outcome === 'running') output.note('It was started before, and goes on');
  if (outcome === 'ended') {
    const where = fetch.problem ?? 'its files are there, and the server has no other version of them';
    output.note(`It was started before, and is done: ${printable(where)}`);
  }
}
