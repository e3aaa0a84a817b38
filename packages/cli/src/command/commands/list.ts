import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FetchStatus, FileStatus } from '../../daemon/status.ts';
import { describeAmount, describeReason, nameForShow } from '../describe.ts';
import { leftBy } from '../describe-origin.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration, formatSize, formatTime } from '../format.ts';
import { listTable } from '../list-table.ts';
import { measureRates } from '../measure-rates.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runWithDaemon } from '../run-command.ts';
import type { Session } from '../session.ts';

export async function list(options: CommonOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const fetches = await session.call('list', {});
    if (fetches.length === 0) output.note('There are no fetches');
    else if (output.columns !== null) {
      const lines = listTable(await measureRates(session, fetches), output.columns, Date.now());
      output.result(lines.join('\n'), {});
    } else for (const fetch of fetches) output.result(describeInOneLine(fetch), { event: 'fetch', ...fetch });
    for (const { id, problem } of fetches)
      if (problem !== null) output.note(`${printable(id)}: ${printable(problem)}`);
    await tellUnreadable(session, output);
    return exitCodes.success;
  });
}

/** A fetch that has ended, and whose note can't be read, is not in the list: what is left of it is named. */
async function tellUnreadable(session: Session, output: Output): Promise<void> {
  const { unreadable = [] } = await session.call('status', {});
  for (const note of unreadable) {
    const received = join(dirname(dirname(note)), 'received', basename(note, '.json'));
    const left = existsSync(received)
      ? `what was received for it is in ${printable(received)}`
      : 'nothing else is left of it';
    output.note(
      `A fetch is not in this list: its note ${printable(note)} can't be read, and is kept; ${left}. Move the note away to hear no more of it`,
    );
  }
}

export async function show(id: string, options: CommonOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const { fetch, files } = await session.call('show', { fetch: id });
    const { title, directory, problem, created } = fetch;
    const lines = [
      describeInOneLine(fetch),
      ...(title === '' ? [] : [`  title    ${printable(title)}`]),
      `  started  ${formatTime(created)}, ${formatDuration(Date.now() - created)} ago`,
      ...(leftBy(fetch)
        ? ['  left by  get: the same command goes on with it, or fetches what is missing']
        : []),
      ...(directory === null ? [] : [`  output   ${printable(directory)}`]),
      ...(fetch.uploadTotal === 0 ? [] : [`  sent     ${fetch.uploaded} of ${fetch.uploadTotal} bytes`]),
      ...(fetch.keptUntil
        ? [`  kept     ${formatSize(fetch.kept)}, until ${formatTime(fetch.keptUntil)}`]
        : []),
      ...(problem === null ? [] : [`  problem  ${printable(problem)}`]),
    ];
    output.result(lines.join('\n'), { event: 'fetch', ...fetch });
    for (const file of files) output.result(describeFile(file), { event: 'file', id, ...file });
    return exitCodes.success;
  });
}

function describeInOneLine(fetch: FetchStatus): string {
  const { id, state, reason, fileCount, filesDone, filesFailed, title } = fetch;
  const files = fileCount > 1 ? `, ${filesDone - filesFailed} of ${fileCount} files` : '';
  const why = reason === '' ? '' : ` (${reason})`;
  const kept = fetch.kept > 0 ? `, ${formatSize(fetch.kept)} kept` : '';
  const left = leftBy(fetch) ? ', left by get' : '';
  return `${printable(id)}  ${state}${why}  ${describeAmount(fetch)}${files}${kept}${left}${title === '' ? '' : `  ${printable(title)}`}`;
}

function describeFile(file: FileStatus): string {
  const { state, reason, status, cause, path, url } = file;
  const again = cause === null ? '' : `: ${printable(cause)}`;
  const why = reason === '' ? again : `: ${describeReason(reason, status, cause)}`;
  const where = path === null ? '' : `\n           ${printable(path)}`;
  return `  file     ${nameForShow(file)}  ${state}${why}  ${describeAmount(file)}\n           ${printable(url)}${where}`;
}
