import { exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runWithDaemon } from '../run-command.ts';

const done = { pause: 'paused', resume: 'resumed', abort: 'aborted' };

export async function steer(
  name: 'pause' | 'resume' | 'abort',
  ids: readonly string[],
  options: CommonOptions,
): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    for (const id of ids) {
      await session.call(name, { fetch: id });
      output.result(`${printable(id)}: ${done[name]}`, { event: done[name], id });
    }
    return exitCodes.success;
  });
}
