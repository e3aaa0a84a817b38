import { rename, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf, redactText } from '@background-fetch/common';
import { checkCall } from './check-message.ts';
import { idOfMessage } from './check-reply.ts';
import { lineOf, readLines, writeLine } from './lines.ts';
import { type Call, DaemonError, longestLine, type Reply } from './protocol.ts';
import { pathToListenAt } from './socket-path.ts';
import type { FetchReport } from './status.ts';
import { entryAt } from './store-identity.ts';

/** ms for which clients can take what they were told, when no more is said */
const lastWordsLimit = 1000;
/** bytes that may wait for a client; one that does not take them is not heard any more until it does */
const mostUntaken = 1024 * 1024;

/** A client, as the command that it called sees it. */
export interface Caller {
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Resolves when the client can take more. */
  report(report: FetchReport): Promise<void>;
  /** The same for bytes. */
  send(bytes: Uint8Array): Promise<void>;
}

export type Answer = (call: Call, caller: Caller) => Promise<unknown>;

/** The daemon's end of its socket. */
export class SocketServer {
  #server: Server | null = null;
  #path = '';
  /** which socket is ours at the path */
  #place: string | null = null;
  readonly #sockets = new Set<Socket>();
  /** tells those that wait for an answer that there will be none */
  readonly #refusals = new Set<(error: DaemonError) => Promise<void>>();
  readonly #answer: Answer;
  readonly #onClients: () => void;

  /** @param onClients called when a client came or went */
  constructor(answer: Answer, onClients: () => void) {
    this.#answer = answer;
    this.#onClients = onClients;
  }

  get clients(): number {
    return this.#sockets.size;
  }

  /**
   * Listens at `path`, in a directory that is the user's alone. Only who holds the engine's lock may call it: then what is
   * there was left by a daemon that is dead.
   */
  async listen(path: string): Promise<void> {
    // those that are connected stay so
    this.#server?.close();
    const server = createServer((socket) => this.#serve(socket));
    // Node removes the name at which a server began to listen when it is closed, whoever has that name by then
    const ownName = process.platform === 'win32' ? path : `${path}.${process.pid}`;
    if (ownName !== path) await rm(ownName, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(pathToListenAt(ownName), () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    this.#path = path;
    if (ownName === path) return;
    const place = await entryAt(ownName);
    await rename(ownName, path);
    this.#place = place;
  }

  /** Whether clients find this server where it listens. */
  async isInPlace(): Promise<boolean> {
    return process.platform === 'win32' || (await entryAt(this.#path)) === this.#place;
  }

  /** Gives this error to all that wait for an answer. */
  async refuseAll(error: DaemonError): Promise<void> {
    await Promise.race([
      Promise.all([...this.#refusals].map((refuse) => refuse(error))),
      delay(lastWordsLimit, undefined, { ref: false }),
    ]);
  }

  /** Takes no more clients, and lets those go that are there, in bounded time. Another's socket stays at the path. */
  async close(): Promise<void> {
    if (this.#place !== null && (await this.isInPlace())) await rm(this.#path, { force: true });
    const closed = new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
    for (const socket of this.#sockets) socket.destroySoon();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, lastWordsLimit);
    await closed;
    clearTimeout(timer);
  }

  #serve(socket: Socket): void {
    const gone = new AbortController();
    this.#sockets.add(socket);
    this.#onClients();
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
      this.#onClients();
    });
    readLines(socket, longestLine, (line) => void this.#handle(socket, line, gone.signal));
  }

  async #handle(socket: Socket, line: string, signal: AbortSignal): Promise<void> {
    let id = 0;
    const send = (reply: Reply): Promise<void> => {
      const taken = writeLine(socket, lineOf(reply) ?? tooLong(reply.id));
      if (socket.writableLength > mostUntaken && !socket.isPaused()) {
        socket.pause();
        socket.once('drain', () => socket.resume());
      }
      return taken;
    };
    const refuse = (error: DaemonError): Promise<void> => send({ id, error: describe(error) });
    this.#refusals.add(refuse);
    try {
      const message: unknown = JSON.parse(line);
      id = idOfMessage(message);
      const call = checkCall(message);
      const value = await this.#answer(call, {
        signal,
        report: (report) => send({ id, report }),
        send: (bytes) => send({ id, bytes: Buffer.from(bytes).toString('base64') }),
      });
      await send({ id, value: value ?? null });
    } catch (error) {
      await send({ id, error: describe(error) });
      // whoever does not speak JSON is no client
      if (id === 0) socket.destroySoon();
    } finally {
      this.#refusals.delete(refuse);
    }
  }
}

/** A client would end the connection, and ask again. */
function tooLong(id: number): string {
  const message =
    'The answer is too long for one message: ask for less at a time, or forget fetches that have ended';
  return `${JSON.stringify({ id, error: { code: 'trouble', message } })}\n`;
}

function describe(error: unknown): { code: DaemonError['code']; message: string } {
  if (error instanceof DaemonError) return { code: error.code, message: redactText(error.message) };
  return { code: 'trouble', message: redactText(reasonOf(error)) };
}
