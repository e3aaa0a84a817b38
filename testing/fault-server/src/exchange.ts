import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Changes } from './changes.ts';
import type { CountedResponse } from './counted-response.ts';
import type { ListenerName } from './listener.ts';
import type { LogEntry } from './log.ts';

/** Thrown into a handler whose connection is gone, so that it stops; never an answer. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
}

interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: CountedResponse;
  readonly url: URL;
  readonly entry: LogEntry;
  readonly changes: Changes;
  readonly listener: ListenerName;
  /** The TCP connection, below TLS if there is any. */
  readonly connection: Socket;
}

/** One request and the answer to it, in progress. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: CountedResponse;
  readonly url: URL;
  readonly entry: LogEntry;
  readonly listener: ListenerName;
  readonly #connection: Socket;
  readonly #gone = new AbortController();

  constructor(parts: ExchangeParts) {
    const { request, response, entry, changes } = parts;
    this.request = request;
    this.response = response;
    this.url = parts.url;
    this.entry = entry;
    this.listener = parts.listener;
    this.#connection = parts.connection;

    response.onSent = (bytes) => {
      entry.bytesSent += bytes;
    };
    response.onFlushed = (bytes) => {
      this.noteHeaders();
      entry.bytesFlushed += bytes;
      changes.notify();
    };
    let ended = false;
    response.once('finish', () => {
      ended = true;
    });
    response.once('close', () => {
      this.noteHeaders();
      // Node emits 'finish' for a destroyed socket too: only what the kernel took counts.
      const complete = ended && entry.bytesFlushed === entry.bytesSent;
      if (entry.finished === 'in-progress') entry.finished = complete ? 'complete' : 'aborted-by-client';
      this.#gone.abort(new ConnectionGone(`The connection of ${entry.method} ${entry.url} is gone.`));
      changes.notify();
    });
  }

  /** Aborts when the exchange is over, in whatever way. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get isOver(): boolean {
    return this.signal.aborted || this.entry.finished !== 'in-progress';
  }

  isOn(connection: Socket): boolean {
    return this.#connection === connection;
  }

  pause(milliseconds: number): Promise<void> {
    return setTimeout(milliseconds, undefined, { signal: this.signal });
  }

  head(status: number, headers: Readonly<Record<string, string | number | readonly string[]>>): void {
    this.response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value as string);
  }

  /** Resolves when the kernel has taken the chunk, which may be reused from then on. */
  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(this.signal.reason);
      if (this.signal.aborted) return gone();
      this.signal.addEventListener('abort', gone);
      this.response.write(chunk, (error) => {
        this.signal.removeEventListener('abort', gone);
        if (error) reject(new ConnectionGone('The write failed.', { cause: error }));
        else resolve();
      });
    });
  }

  end(body?: string | Uint8Array): void {
    if (body === undefined) this.response.end();
    else this.response.end(body);
  }

  json(status: number, value: unknown): void {
    this.head(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    this.end(JSON.stringify(value));
  }

  text(status: number, message: string): void {
    this.head(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
    this.end(`${message}\n`);
  }

  /** Ends the connection after what was written, as a server that dies in an orderly way: FIN. */
  async cut(): Promise<void> {
    this.#markCut();
    await this.#flushed();
    this.request.socket.destroySoon();
  }

  /** Ends the connection with RST. What the kernel took but did not deliver yet is lost. */
  async reset(): Promise<void> {
    this.#markCut();
    await this.#flushed();
    // A TLS socket can't reset: its TCP connection can.
    this.#connection.resetAndDestroy();
  }

  /** Writes to the socket past Node's HTTP, and ends the connection. */
  async cutAfterRaw(text: string): Promise<void> {
    this.#markCut();
    this.request.socket.write(text, 'latin1');
    this.request.socket.destroySoon();
  }

  noteHeaders(): void {
    if (!this.response.headersSent && !this.response.writableEnded) return;
    this.entry.status = this.response.statusCode;
    this.entry.responseHeaders = { ...this.response.getHeaders() };
  }

  #markCut(): void {
    this.entry.finished = 'cut';
    this.noteHeaders();
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) return resolve();
      this.request.socket.write('', () => resolve());
    });
  }
}
