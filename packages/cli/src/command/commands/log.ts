import { readFile } from 'node:fs/promises';
import { reasonOf, redactText } from '@background-fetch/common';
import { jsonLine } from '../../daemon/json-line.ts';
import { daemonPaths } from '../../daemon/private-directory.ts';
import { DaemonError } from '../../daemon/protocol.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runCommand, storeOf } from '../run-command.ts';

/** lines that are shown of all there are */
const lastLines = 20;

/** Shows what the daemon wrote about a fetch, or where it writes and what came last. No daemon is started for it. */
export async function log(id: string | undefined, options: CommonOptions): Promise<void> {
  await runCommand(options, async (output) => {
    const path = daemonPaths(storeOf(options)).log;
    const all = [...(await readLines(`${path}.1`)), ...(await readLines(path))];
    const lines = id === undefined ? all.slice(-lastLines) : all.filter((line) => isAbout(line, id));
    if (id === undefined) output.result(printable(path), { event: 'log', path });
    else if (lines.length === 0)
      output.note(`The log says nothing about "${printable(id)}": ${printable(path)}`);
    for (const line of lines) output.result(printable(line), { event: 'log', line });
    return exitCodes.success;
  });
}

/** The log has ids in quotes, and as JSON writes them. */
function isAbout(line: string, id: string): boolean {
  return line.includes(jsonLine(redactText(`"${id}"`)).slice(1, -1));
}

async function readLines(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new DaemonError('trouble', `The log ${path} can't be read: ${reasonOf(cause)}`, { cause });
  }
}
