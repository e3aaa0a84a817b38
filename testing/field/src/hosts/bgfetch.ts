import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The command of this checkout, which has to be built. */
const command = fileURLToPath(new URL('../../../../packages/cli/bin/bgfetch.js', import.meta.url));

type FoundCommand =
  | { readonly present: true; readonly version: string }
  | { readonly present: false; readonly hint: string };

/** Which version it is, if it is built. */
export async function findCommand(): Promise<FoundCommand> {
  const { code, stdout, stderr } = await start('--version').finished;
  return code === 0 ? { present: true, version: stdout.trim() } : { present: false, hint: stderr.trim() };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command as a process of its own. */
export function start(...args: readonly string[]): {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
} {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      printed[name] += chunk;
    });
  }
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }));
  return { child, finished };
}
