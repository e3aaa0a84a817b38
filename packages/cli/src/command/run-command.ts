import { reasonOf, redactText } from '@background-fetch/common';
import { DaemonError } from '../daemon/protocol.ts';
import { defaultStore } from './default-store.ts';
import { type ExitCode, exitCodes, UsageError } from './exit-codes.ts';
import { Output, type OutputOptions } from './output.ts';
import { printable } from './printable.ts';
import { Session } from './session.ts';
import { endOfUnwritableOutput } from './unwritable-output.ts';
import { version } from './version.ts';

/** Options that every command has. */
export interface CommonOptions extends OutputOptions {
  readonly store?: string;
}

/** Runs a command that needs no daemon, and sets the exit code of the process. */
export async function runCommand(
  options: OutputOptions,
  work: (output: Output) => Promise<ExitCode>,
): Promise<void> {
  const output = new Output(options);
  process.stdout.on('error', (error) => process.exit(endOfUnwritableOutput(error)));
  // how it gets on need not be read by anybody
  process.stderr.on('error', () => {});
  // a process in which nothing is left to wait for ends, whatever it was about to do: that must not pass for a success
  process.exitCode = exitCodes.trouble;
  try {
    process.exitCode = await work(output);
  } catch (error) {
    const code =
      error instanceof UsageError ? 'usage' : error instanceof DaemonError ? error.code : 'trouble';
    const exitCode = code === 'trouble' ? exitCodes.trouble : exitCodes.usage;
    const message = printable(redactText(explain(error)));
    if (output.json) output.event({ event: 'error', code, message, exitCode });
    else output.error(message);
    process.exitCode = exitCode;
  }
}

/** An error of the system that nobody expected says what it is about. */
function explain(error: unknown): string {
  const { path } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof path === 'string' ? `${reasonOf(error)}: ${path}` : reasonOf(error);
}

/** Runs a command that asks the daemon, which is started if need be. */
export async function runWithDaemon(
  options: CommonOptions,
  work: (session: Session, output: Output) => Promise<ExitCode>,
): Promise<void> {
  await runCommand(options, async (output) => {
    const session = await Session.open({ store: storeOf(options), version });
    try {
      return await work(session, output);
    } finally {
      session.close();
    }
  });
}

/** An empty variable, or option, is as one that is not set. */
export function storeOf({ store }: CommonOptions): string {
  return store || defaultStore();
}

/** @throws UsageError where it was deleted */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new UsageError(
      'The working directory is gone: change into one that there is, or say --output DIR',
      {
        cause,
      },
    );
  }
}
