import { type Connection, ConnectionLostError, type OnBytes } from '../daemon/connection.ts';
import type { CommandName, Commands } from '../daemon/protocol.ts';
import { DaemonError } from '../daemon/protocol.ts';
import { type DaemonAddress, reachDaemon } from '../daemon/start-daemon.ts';
import type { FetchReport } from '../daemon/status.ts';

/** A daemon that dies so often in a row, without having said anything, will not live. */
const mostLosses = 5;

/**
 * A command's conversation with the daemon. If the daemon dies, another is started and asked again: whatever it is
 * asked can be asked twice.
 */
export class Session {
  readonly #address: DaemonAddress;
  #connection: Connection;
  #reaching: Promise<void> | null = null;
  #closed = false;

  private constructor(address: DaemonAddress, connection: Connection) {
    this.#address = address;
    this.#connection = connection;
  }

  static async open(address: DaemonAddress): Promise<Session> {
    return new Session(address, await reachDaemon(address));
  }

  async call<Name extends CommandName>(
    command: Name,
    ask: Commands[Name]['ask'],
    onReport?: (report: FetchReport) => void,
  ): Promise<Commands[Name]['answer']> {
    let losses = 0;
    const note = (report: FetchReport): void => {
      losses = 0;
      onReport?.(report);
    };
    for (;;) {
      try {
        return await this.#connection.call(command, ask, note);
      } catch (error) {
        if (!(error instanceof ConnectionLostError) || this.#closed) throw error;
        // it does not answer: to ask once more takes as long again
        if (error.cause instanceof DaemonError) throw error.cause;
        if (++losses > mostLosses) {
          throw new DaemonError(
            'trouble',
            'The daemon ends again and again: its log, in the store, may say why',
            {
              cause: error,
            },
          );
        }
        await this.#reachAgain();
      }
    }
  }

  /**
   * Gives the body of a fetch of one file, once: a part that was given is not given again.
   * @throws DaemonError where the rest does not come
   */
  async read(fetch: string, onBytes: OnBytes): Promise<void> {
    let begun = false;
    const take: OnBytes = (bytes) => {
      begun = true;
      return onBytes(bytes);
    };
    for (;;) {
      try {
        await this.#connection.call('read', { fetch }, undefined, take);
        return;
      } catch (error) {
        if (!(error instanceof ConnectionLostError) || this.#closed) throw error;
        if (begun) {
          const message =
            'What has been written is a part: the daemon that read it has ended. Run the command again';
          throw new DaemonError('trouble', message, { cause: error });
        }
        await this.#reachAgain();
      }
    }
  }

  /** As `forget` of the daemon; one that is gone already is what was wanted. */
  async forget(fetch: string): Promise<void> {
    await this.call('forget', { fetch }).catch((error) => {
      if (!(error instanceof DaemonError && error.code === 'unknown-fetch')) throw error;
    });
  }

  /** Several calls that lose the daemon get one connection: another one would be closed by nobody. */
  #reachAgain(): Promise<void> {
    this.#reaching ??= reachDaemon(this.#address)
      .then((connection) => {
        this.#connection = connection;
        if (this.#closed) connection.close();
      })
      .finally(() => {
        this.#reaching = null;
      });
    return this.#reaching;
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
  }
}
