import type { StartedFetch } from '../../daemon/protocol.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { type RequestOptions, requestFetch } from '../requested-fetch.ts';
import { runWithDaemon } from '../run-command.ts';
import { skipExisting } from '../skip-existing.ts';
import { followUnlessInterrupted, summarise } from './follow.ts';

export async function fetch(
  urls: readonly string[],
  options: RequestOptions & { wait?: boolean },
): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const requested = await skipExisting(
      { ...(await requestFetch(urls, options, null)), command: 'fetch' },
      options,
      output,
    );
    if (!requested) return exitCodes.success;
    const started = await session.call('fetch', { fetch: requested });
    tellStart(started, output);
    const { id } = started.report.fetch;
    if (!options.wait) return exitCodes.success;
    const followed = await followUnlessInterrupted(session, [id], output, async () => 'stop');
    if (!followed) {
      output.note(`It goes on in the background: "bgfetch watch ${printable(id)}" follows it again`);
      return exitCodes.aborted;
    }
    summarise(followed, output);
    return followed.exitCode;
  });
}

function tellStart({ outcome, report: { fetch } }: StartedFetch, output: Output): void {
  const { id, state, fileCount } = fetch;
  output.result(printable(id), { event: 'started', outcome, id, state, fileCount });
  if (outcome === 'running') output.note('It was started before, and goes on');
  if (outcome === 'ended') {
    const how = state === 'success' ? 'is done' : 'has failed';
    output.note(
      `It was started before, and ${how}: "bgfetch forget ${printable(id)}" lets you start it anew`,
    );
  }
}
