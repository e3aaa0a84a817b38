import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from './connections.ts';
import { closeToOrigins } from './cors.ts';
import type { Faults } from './faults.ts';
import type { KeyState } from './key-state.ts';
import type { Listener } from './listener.ts';
import type { LoggedRequest, RequestLog } from './log.ts';

/** One request, its response and its line in the log. */
export class Exchange {
  /** Aborted once the connection is gone, whoever ended it. */
  readonly gone: AbortSignal;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly entry: LoggedRequest;
  readonly connection: Connection;
  /** Whether answers of an error's status are kept from other origins. */
  hidesErrors = false;
  readonly #log: RequestLog;
  readonly #listener: Listener;

  constructor(
    from: {
      request: IncomingMessage;
      response: ServerResponse;
      listener: Listener;
      connection: Connection;
    },
    url: URL,
    key: string | null,
    log: RequestLog,
  ) {
    this.request = from.request;
    this.response = from.response;
    this.#listener = from.listener;
    this.connection = from.connection;
    this.#log = log;
    this.url = url;
    const { method = 'GET', headers } = this.request;
    this.entry = log.add({
      method,
      path: url.pathname,
      url: url.href,
      headers,
      key,
      connection: this.connection.number,
    });
    this.gone = this.#follow();
  }

  #follow(): AbortSignal {
    const gone = new AbortController();
    this.response.on('finish', () => this.note({ finished: 'complete' }));
    this.response.on('close', () => {
      if (this.entry.finished === null) {
        this.note({ finished: this.#listener.isOpen ? 'aborted-by-client' : 'cut' });
      }
      gone.abort();
    });
    this.response.on('error', () => undefined);
    this.request.on('error', () => undefined);
    return gone.signal;
  }

  /** Writes into the log's entry. */
  note(change: Partial<LoggedRequest>): void {
    Object.assign(this.entry, change);
    this.#log.changed();
  }

  sendHead(status: number, headers: OutgoingHttpHeaders = {}): void {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) {
        this.response.setHeader(name, value);
      }
    }
    if (this.hidesErrors && status >= 400) {
      closeToOrigins(this);
    }
    this.response.writeHead(status);
    this.note({ status, responseHeaders: { ...this.response.getHeaders() } });
    this.response.flushHeaders();
  }

  /** Resolves with true once the bytes are the operating system's, with false if the connection is gone. */
  write(bytes: Uint8Array): Promise<boolean> {
    if (this.gone.aborted) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const onGone = () => resolve(false);
      this.gone.addEventListener('abort', onGone);
      this.response.write(bytes, (error) => {
        this.gone.removeEventListener('abort', onGone);
        if (!error) {
          this.note({ bytesSent: this.entry.bytesSent + bytes.length });
        }
        resolve(!error);
      });
    });
  }

  sendText(status: number, text: string, headers: OutgoingHttpHeaders = {}): void {
    const bytes = Buffer.from(text);
    this.sendHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': bytes.length,
      ...headers,
    });
    this.note({ bytesSent: this.request.method === 'HEAD' ? 0 : bytes.length });
    this.response.end(bytes);
  }

  sendJson(value: unknown, status = 200): void {
    this.sendText(status, JSON.stringify(value), {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
  }

  /** Ends the connection with a FIN after what was written so far. */
  cut(): void {
    this.note({ finished: 'cut' });
    this.response.socket?.end();
  }

  /** Ends the connection with a RST. */
  reset(): void {
    this.note({ finished: 'cut' });
    if (this.response.socket) {
      this.#listener.reset(this.response.socket);
    }
  }

  async pause(milliseconds: number): Promise<void> {
    await wait(milliseconds, undefined, { signal: this.gone }).catch(() => undefined);
  }

  async untilReleased(state: KeyState): Promise<void> {
    this.note({ waiting: true });
    await state.released(this.gone);
    this.note({ waiting: false });
  }

  /** What happens before a head; false if there is nobody left to send one to. */
  async preface(faults: Faults, state: KeyState): Promise<boolean> {
    if (faults.drop === 'fin') {
      this.cut();
      return false;
    }
    if (faults.drop === 'reset') {
      this.reset();
      return false;
    }
    if (faults.delay !== undefined) {
      await this.pause(Number(faults.delay));
    }
    if (faults.hold !== undefined) {
      await this.untilReleased(state);
    }
    return !this.gone.aborted;
  }
}
