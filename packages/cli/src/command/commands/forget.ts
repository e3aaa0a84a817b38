import { DaemonError } from '../../daemon/protocol.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runWithDaemon } from '../run-command.ts';
import type { Session } from '../session.ts';

export async function forget(
  ids: readonly string[],
  options: CommonOptions & { failed?: boolean },
): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    if (ids.length > 0 === (options.failed ?? false))
      throw new UsageError('Say what to forget: the ids of fetches, or --failed for all that failed');
    for (const id of ids) await forgetOne(session, id, output);
    if (options.failed) await forgetFailed(session, output);
    return exitCodes.success;
  });
}

async function forgetOne(session: Session, id: string, output: Output): Promise<void> {
  await session.call('forget', { fetch: id });
  output.result(`${printable(id)}: forgotten`, { event: 'forgotten', id });
}

/** Whoever names none of them may not know what has come of each: what is not saved anywhere stays. */
async function forgetFailed(session: Session, output: Output): Promise<void> {
  for (const { id, state } of await session.call('list', {})) {
    if (state !== 'failure' && state !== 'aborted') continue;
    try {
      const { files } = await session.call('show', { fetch: id });
      const unsaved = files.filter((file) => file.state === 'received').length;
      if (unsaved === 0) await forgetOne(session, id, output);
      else {
        const shown = printable(id);
        output.note(
          `${shown}: left, as ${unsaved} of its files came and are not saved: "bgfetch save ${shown}" saves them`,
        );
      }
    } catch (error) {
      // another command forgot it, or goes on with it
      if (!(error instanceof DaemonError) || !/^(unknown-fetch|state)$/.test(error.code)) throw error;
    }
  }
}
