import type { Socket } from 'node:net';
import { checkReply } from './check-reply.ts';
import { lineOf, readLines, writeLine } from './lines.ts';
import { type CommandName, type Commands, DaemonError, longestLine, type Reply } from './protocol.ts';
import { connectTo } from './socket-path.ts';
import type { FetchReport } from './status.ts';

/** The daemon went away while it was asked: it was killed, or it ended. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** ms between two questions whether the daemon is there, and how many of them in a row may have no answer */
const watchInterval = 5000;
const mostUnanswered = 4;

/** Takes bytes; a promise says when it can take more. */
export type OnBytes = (bytes: Buffer) => Promise<void> | undefined;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onReport: ((report: FetchReport) => void) | undefined;
  readonly onBytes: OnBytes | undefined;
}

/** A client's end of the daemon's socket. */
export class Connection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  /** How many questions in a row have had no answer, while there was time for one. */
  #unanswered = 0;
  #watch: NodeJS.Timeout | undefined;
  #lastId = 0;
  /** Resolves when the daemon is gone, or `close` was called. */
  readonly closed: Promise<void>;
  /** the process of the daemon, once it has said hello */
  pid: number | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    readLines(socket, longestLine, (line) => this.#receive(line));
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        clearInterval(this.#watch);
        this.#fail(new ConnectionLostError('The daemon is gone', { cause: failure }));
        resolve();
      });
    });
  }

  /** Rejects with the system's error if nobody listens. */
  static open(path: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connectTo(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /**
   * Asks the daemon.
   * @param onReport hears what comes before the answer
   * @param onBytes gets the bytes that come before it
   * @throws DaemonError if it refuses, ConnectionLostError if it goes away
   */
  call<Name extends CommandName>(
    command: Name,
    ask: Commands[Name]['ask'],
    onReport?: (report: FetchReport) => void,
    onBytes?: OnBytes,
  ): Promise<Commands[Name]['answer']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new ConnectionLostError('The daemon is gone'));
        return;
      }
      const line = lineOf({ ...ask, id, command });
      if (line === null) {
        reject(new DaemonError('usage', 'That is too much for one message to the daemon: give it in parts'));
        return;
      }
      this.#waiting.set(id, {
        resolve: (value) => resolve(value as Commands[Name]['answer']),
        reject,
        onReport,
        onBytes,
      });
      void writeLine(this.#socket, line);
    });
  }

  /**
   * Asks whether the daemon is still there, for as long as the connection lasts: it may hang, or be stopped, while a call
   * waits that has its time. Of the time for which this process itself was stopped, one interval counts.
   * @param silent makes the error of calls that nobody will answer any more
   */
  watch({ protocol, version }: Commands['hello']['ask'], silent: () => Error): void {
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      if (this.#waiting.size === 0 || this.#socket.isPaused()) return;
      if (++this.#unanswered > mostUnanswered) return this.close(silent());
      this.call('hello', { protocol, version }).catch(() => {});
    }, watchInterval);
    this.#watch.unref();
  }

  /** @param reason the cause of the error that calls without an answer get */
  close(reason?: Error): void {
    this.#socket.destroy(reason);
  }

  #receive(line: string): void {
    this.#unanswered = 0;
    let reply: Reply;
    try {
      reply = checkReply(JSON.parse(line));
    } catch (cause) {
      this.#socket.destroy(new Error('What the daemon said is not understood', { cause }));
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    if (reply.report) {
      waiting?.onReport?.(reply.report);
      return;
    }
    if (reply.bytes !== undefined) {
      const taken = waiting?.onBytes?.(Buffer.from(reply.bytes, 'base64'));
      if (!taken) return;
      this.#socket.pause();
      void taken.catch(() => {}).finally(() => this.#socket.resume());
      return;
    }
    this.#waiting.delete(reply.id);
    if (reply.error) waiting?.reject(new DaemonError(reply.error.code, reply.error.message));
    else waiting?.resolve(reply.value);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
