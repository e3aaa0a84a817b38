import { once } from 'node:events';
import { DaemonError } from '../daemon/protocol.ts';
import type { Followed } from './commands/follow.ts';
import { exitCodes } from './exit-codes.ts';
import type { Session } from './session.ts';
import { endOfUnwritableOutput } from './unwritable-output.ts';

/** Writes the body of a fetch to the standard output while it comes; resolves with how many bytes that were. */
export async function writeBody(session: Session, id: string): Promise<number> {
  let written = 0;
  // who reads it has had enough, or has no room: nobody wants the rest
  process.stdout.removeAllListeners('error');
  process.stdout.once('error', (error) => {
    const exitCode = endOfUnwritableOutput(error);
    const end = (): never => process.exit(exitCode);
    session
      .call('abort', { fetch: id })
      .then(() => session.forget(id))
      .then(end, end);
  });
  await session.read(id, (bytes) => {
    written += bytes.byteLength;
    return process.stdout.write(bytes) ? undefined : once(process.stdout, 'drain').then(() => {});
  });
  return written;
}

/** @throws DaemonError where a fetch succeeded, and not all of it was written */
export function requireWhole(written: number, { exitCode, fetches }: Followed): void {
  const size = fetches[0]?.files[0]?.downloaded;
  if (exitCode !== exitCodes.success || written === size) return;
  throw new DaemonError('trouble', `${written} of ${size} bytes have been written: run the command again`);
}
