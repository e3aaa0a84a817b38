import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommandLine } from './command-line.ts';

const command = fileURLToPath(new URL('../../bin/bgfetch.js', import.meta.url));

/** Why there is no terminal to be had here; null if there is one. */
export function noTerminal(): string | null {
  const works = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
  return works ? null : 'it needs the command "script" of util-linux';
}

export interface TerminalOptions {
  readonly columns: number;
  readonly environment?: Record<string, string>;
}

/** What a command writes on a terminal of so many columns, its exit code at the end. */
export async function runOnTerminal(
  { directory, store }: CommandLine,
  args: readonly string[],
  { columns, environment = {} }: TerminalOptions,
): Promise<{ code: number | null; text: string }> {
  const quoted = [process.execPath, command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const rows = columns === 0 ? 0 : 24;
  const line = `stty cols ${columns} rows ${rows}; exec ${quoted.join(' ')}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: directory,
    env: { ...process.env, TERM: 'xterm', BGFETCH_STORE: store, ...environment },
    // at the end of its input it would end what it runs
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text: text.replaceAll('\r\n', '\n') };
}
