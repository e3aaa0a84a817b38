import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A page of ours in any browser, driven or not, that runs code for us. */
export interface RemotePage {
  readonly id: string;
  /** Name it checked in with: `?name=` of its address, or `data-name` of the script element. */
  readonly name: string;
  readonly url: string;
  /**
   * Runs the body of an async function in the page, with `args` as its rest parameter, and resolves to what it
   * returns. Rejects with the page's error, or when the page goes away.
   */
  run<T>(body: string, ...args: unknown[]): Promise<T>;
  /** Resolves when the page has gone: closed, navigated or killed. */
  readonly closed: Promise<void>;
  /** Closes the tab; rejects when the browser doesn't let a script do so. */
  close(): Promise<void>;
}

/** An error as the page's script describes it. */
export interface RemoteError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

interface Call {
  readonly body: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A poll is answered after this long, in milliseconds, so that no proxy or browser gives up on it. */
const pollTimeout = 20_000;
/** The page polls again at once, so no poll for this long, in milliseconds, means that it died between two. */
const absenceTimeout = 30_000;
/** The same once its connection has closed, too: time enough to poll over another one. */
const disconnectedTimeout = 2_000;
const closeTimeout = 15_000;

/** Our end of a page: what waits to be run there, and what waits for its results. */
export class PolledPage implements RemotePage {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly closed: Promise<void>;
  #setClosed: () => void = () => {};
  #isClosed = false;
  #lastCall = 0;
  readonly #calls = new Map<number, Call>();
  readonly #outbox: string[] = [];
  #poll: ServerResponse | undefined;
  #socket: Socket | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  #absenceTimer: NodeJS.Timeout | undefined;

  constructor(id: string, name: string, url: string) {
    this.id = id;
    this.name = name;
    this.url = url;
    this.closed = new Promise((resolve) => {
      this.#setClosed = resolve;
    });
  }

  run<T>(body: string, ...args: unknown[]): Promise<T> {
    if (this.#isClosed) return Promise.reject(this.#goneError(body));
    return new Promise<unknown>((resolve, reject) => {
      const call = ++this.#lastCall;
      this.#outbox.push(JSON.stringify({ call, body, args }));
      this.#calls.set(call, { body, resolve, reject });
      this.#deliver();
    }) as Promise<T>;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    // The answer may or may not make it out of the closing page.
    this.run('close()').catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const refused = new Promise<never>((_, reject) => {
      const error = new Error(
        `${this.url} does not close: browsers let scripts close only tabs that scripts opened`,
      );
      timer = setTimeout(() => reject(error), closeTimeout);
    });
    await Promise.race([this.closed, refused]).finally(() => clearTimeout(timer));
  }

  /** The page asks for work. */
  acceptPoll(request: IncomingMessage, response: ServerResponse): void {
    clearTimeout(this.#absenceTimer);
    this.#poll?.end();
    this.#poll = response;
    // Headers and a first byte at once: the page starts its work only when it knows that this poll is with us.
    response.writeHead(200, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
    response.write(' ');
    clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(() => this.#answer(), pollTimeout);
    this.#pollTimer.unref();
    response.once('close', () => {
      if (!response.writableFinished) this.leave();
    });
    this.#watch(request.socket);
    this.#deliver();
  }

  /** The page answers a call. */
  acceptResult(call: number, result: { value?: unknown; error?: RemoteError }): void {
    const { body, resolve, reject } = this.#calls.get(call) ?? {};
    this.#calls.delete(call);
    if (result.error) reject?.(remoteError(result.error, `running ${JSON.stringify(body)} in ${this.url}`));
    else resolve?.(result.value);
  }

  /** The page has gone. */
  leave(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#absenceTimer);
    for (const { body, reject } of this.#calls.values()) reject(this.#goneError(body));
    this.#calls.clear();
    this.#setClosed();
  }

  #deliver(): void {
    if (this.#poll && this.#outbox.length > 0) this.#answer(this.#outbox.shift());
  }

  #answer(text?: string): void {
    clearTimeout(this.#pollTimer);
    this.#poll?.end(text);
    this.#poll = undefined;
    this.#expectPoll(absenceTimeout);
  }

  /** A browser killed between two polls shows only by its connection. */
  #watch(socket: Socket): void {
    if (this.#socket === socket) return;
    this.#socket = socket;
    socket.unref();
    socket.once('close', () => {
      if (this.#socket === socket && !this.#poll && !this.#isClosed) this.#expectPoll(disconnectedTimeout);
    });
  }

  #expectPoll(timeout: number): void {
    clearTimeout(this.#absenceTimer);
    this.#absenceTimer = setTimeout(() => this.leave(), timeout);
    this.#absenceTimer.unref();
  }

  #goneError(body: string): Error {
    return new Error(
      `The page ${this.url} is gone (closed, navigated or killed), so it can't finish ${JSON.stringify(body)}; ` +
        'wait for the next page to check in',
    );
  }
}

/** An error of a page as an error of ours: its name and message kept for assertions, its stack shown as the cause. */
export function remoteError(remote: RemoteError, during: string): Error {
  const cause = new Error(`In the browser, ${during}`);
  cause.stack = `${cause.message}\n${remote.stack}`;
  const error = new Error(remote.message, { cause });
  error.name = remote.name;
  return error;
}
