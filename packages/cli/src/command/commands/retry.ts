import { exitCodes } from '../exit-codes.ts';
import { formatSize } from '../format.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runWithDaemon } from '../run-command.ts';

export async function retry(ids: readonly string[], options: CommonOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    for (const id of ids) {
      const { fetch } = await session.call('show', { fetch: id });
      await session.call('retry', { fetch: id });
      const how = fetch.kept > 0 ? `goes on with ${formatSize(fetch.kept)}` : 'begins again';
      output.result(`${printable(id)}: ${how}`, { event: 'retried', id, kept: fetch.kept });
    }
    return exitCodes.success;
  });
}
