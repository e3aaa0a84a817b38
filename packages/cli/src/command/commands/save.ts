import { exitCodes, UsageError } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { findPlace, standardOutput } from '../requested-fetch.ts';
import { type CommonOptions, runWithDaemon, workingDirectory } from '../run-command.ts';

export async function save(
  id: string,
  options: CommonOptions & { output?: string; overwrite?: boolean },
): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    if (options.output === standardOutput)
      throw new UsageError(
        'Files are saved under their names: give --output a file, or a directory, ending in /',
      );
    const { fetch } = await session.call('show', { fetch: id });
    const { directory, name } = await findPlace(
      options.output,
      fetch.fileCount,
      () => fetch.directory ?? workingDirectory(),
    );
    const { files } = await session.call('save', {
      fetch: id,
      directory,
      name,
      overwrite: options.overwrite ?? false,
    });
    for (const file of files) {
      if (file.state === 'saved') output.result(printable(file.path ?? ''), { event: 'saved', id, ...file });
    }
    return exitCodes.success;
  });
}
