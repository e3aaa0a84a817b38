import { hasEnded } from '../../daemon/status.ts';
import { exitCodes } from '../exit-codes.ts';
import { type CommonOptions, runWithDaemon } from '../run-command.ts';
import { followUnlessInterrupted, summarise } from './follow.ts';

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
    summarise(followed, output);
    return followed.exitCode;
  });
}
