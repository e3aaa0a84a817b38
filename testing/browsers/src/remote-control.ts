import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PolledPage, type RemoteError, type RemotePage, remoteError } from './remote-page.ts';
import { remotePageScript } from './remote-page-script.ts';

/** A server to which requests below a path can be handed over. */
export interface MountableServer {
  mount(
    prefix: string,
    handler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  ): void;
}

export interface PageError {
  readonly page: RemotePage;
  readonly error: Error;
}

export interface RemoteControl {
  /** Serves `/remote/page.html?name=…` (an empty steerable page) and `/remote/page.js` from that server. */
  mountOn(server: MountableServer): void;
  /** The handler behind `mountOn`, for a server that routes by itself. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Path of the script that makes any page steerable: `<script src="/remote/page.js" data-name="…"></script>`. */
  readonly script: string;
  /** Path of an empty steerable page; add `?name=…` to tell pages apart. */
  readonly pagePath: string;
  /**
   * The next page that checks in, or the earliest that did and nobody has asked for yet. A page counts as new after
   * every navigation and restart. `timeout` in milliseconds, by default 120 000.
   */
  waitForPage(options?: { name?: string; timeout?: number }): Promise<RemotePage>;
  /** Hears uncaught errors and unhandled rejections of pages. Without a listener they are written to stderr. */
  onPageError: ((error: PageError) => void) | undefined;
}

interface Waiter {
  readonly name: string | undefined;
  resolve(page: RemotePage): void;
}

const prefix = '/remote/';

/** Steers pages of ours in browsers that nothing else drives. Keeps no process alive. */
export function createRemoteControl(): RemoteControl {
  return new Control();
}

class Control implements RemoteControl {
  readonly script = `${prefix}page.js`;
  readonly pagePath = `${prefix}page.html`;
  onPageError: ((error: PageError) => void) | undefined;
  readonly #pages = new Map<string, PolledPage>();
  readonly #unclaimed = new Set<PolledPage>();
  readonly #waiters = new Set<Waiter>();
  #origin: Promise<string> | undefined;

  mountOn(server: MountableServer): void {
    server.mount(prefix, (request, response) => this.handle(request, response));
  }

  waitForPage({ name, timeout = 120_000 }: { name?: string; timeout?: number } = {}): Promise<RemotePage> {
    for (const page of this.#unclaimed) {
      if (name === undefined || page.name === name) {
        this.#unclaimed.delete(page);
        return Promise.resolve(page);
      }
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const which = name === undefined ? 'No page' : `No page named ${JSON.stringify(name)}`;
        const error = `${which} checked in within ${timeout} ms; does it include ${this.script}, did the browser start?`;
        reject(new Error(error));
      }, timeout);
      const waiter: Waiter = {
        name,
        resolve: (page) => {
          clearTimeout(timer);
          resolve(page);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    // The poller's origin is opaque.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('cache-control', 'no-store');
    switch (pathname.slice(prefix.length)) {
      case 'page.html':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(
          `<!doctype html><meta charset="utf-8"><title>Remote page</title><script src="${this.script}"></script>`,
        );
        return;
      case 'page.js':
        response.writeHead(200, { 'content-type': 'text/javascript' });
        response.end(remotePageScript(await this.#ownOrigin(), prefix));
        return;
      case 'poll':
        this.#page(searchParams).acceptPoll(request, response);
        return;
      case 'result': {
        const result = JSON.parse(await readText(request));
        this.#pages
          .get(searchParams.get('page') ?? '')
          ?.acceptResult(Number(searchParams.get('call')), result);
        response.writeHead(204).end();
        return;
      }
      case 'error':
        this.#reportError(this.#page(searchParams), JSON.parse(await readText(request)));
        response.writeHead(204).end();
        return;
      default:
        response.writeHead(404).end();
    }
  }

  /** The page of that id; an unknown one checks in hereby. */
  #page(parameters: URLSearchParams): PolledPage {
    const id = parameters.get('page') ?? '';
    const known = this.#pages.get(id);
    if (known) return known;
    const page = new PolledPage(id, parameters.get('name') ?? '', parameters.get('url') ?? '');
    this.#pages.set(id, page);
    page.closed.then(() => {
      this.#pages.delete(id);
      this.#unclaimed.delete(page);
    });
    for (const waiter of this.#waiters) {
      if (waiter.name === undefined || waiter.name === page.name) {
        this.#waiters.delete(waiter);
        waiter.resolve(page);
        return page;
      }
    }
    this.#unclaimed.add(page);
    return page;
  }

  #reportError(page: RemotePage, remote: RemoteError): void {
    const error = remoteError(remote, `uncaught in ${page.url}`);
    if (this.onPageError) this.onPageError({ page, error });
    else console.error(error);
  }

  /** Polls go to a server of our own, see `remotePageScript`. */
  #ownOrigin(): Promise<string> {
    this.#origin ??= new Promise((resolve, reject) => {
      const server = createServer((request, response) => void this.handle(request, response));
      server.on('connection', (socket: Socket) => socket.unref());
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      );
      server.unref();
    });
    return this.#origin;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
