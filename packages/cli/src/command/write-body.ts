import { once } from 'node:events';
import { DaemonError } from '../daemon/protocol.ts';
import type { Followed } from './commands/follow.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Session } from './session.ts';
import { endOfUnwritableOutput } from './unwritable-output.ts';

/** Writes the body of a fetch to the standard output while it comes. */
export class BodyWriter {
  /** Resolves with how many bytes were written, once all have come. */
  readonly written: Promise<number>;
  /** Resolves with the exit code once nobody takes the bytes any more, and the fetch is gone. */
  readonly ended: Promise<ExitCode>;
  #hasEnded = false;

  constructor(session: Session, id: string) {
    // who reads it has had enough, or has no room: nobody wants the rest
    process.stdout.removeAllListeners('error');
    this.ended = new Promise((resolve) => {
      process.stdout.once('error', async (error) => {
        this.#hasEnded = true;
        const exitCode = endOfUnwritableOutput(error);
        // it may have come whole meanwhile
        await session.call('abort', { fetch: id }).catch(() => {});
        await session.forget(id).catch(() => {});
        resolve(exitCode);
      });
    });
    this.written = this.#write(session, id);
    this.written.catch(() => {});
  }

  /** Whether nobody takes the bytes any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async #write(session: Session, id: string): Promise<number> {
    let written = 0;
    await session.read(id, (bytes) => {
      written += bytes.byteLength;
      return process.stdout.write(bytes) ? undefined : once(process.stdout, 'drain').then(() => {});
    });
    return written;
  }
}

/** @throws DaemonError where a fetch succeeded, and not all of it was written */
export function requireWhole(written: number, { exitCode, fetches }: Followed): void {
  const size = fetches[0]?.files[0]?.downloaded;
  if (exitCode !== exitCodes.success || written === size) return;
  throw new DaemonError('trouble', `${written} of ${size} bytes have been written: run the command again`);
}
