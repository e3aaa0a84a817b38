import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isAdmitted } from './admission.ts';
import { Connections } from './connections.ts';
import { answerControl } from './control.ts';
import { answerPreflight } from './cors.ts';
import { answerEcho } from './echo.ts';
import { Exchange } from './exchange.ts';
import { type Faults, faultsOfAttempt, UnknownFault } from './faults.ts';
import { type KeyState, KeyStates } from './key-state.ts';
import type { Listener } from './listener.ts';
import { RequestLog } from './log.ts';
import { answerOutage } from './outage-control.ts';
import { Outages } from './outages.ts';
import { type Pool, Pools } from './pools.ts';
import type { Origins } from './redirects.ts';
import { answerResource } from './resource.ts';
import { answerUpload } from './uploads.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Finds out whom a request is for. The same routes answer on every origin. */
export class Routes {
  readonly log = new RequestLog();
  readonly outages = new Outages();
  readonly #states = new KeyStates();
  readonly #pools = new Pools();
  readonly #connections = new Connections();
  readonly #mounts = new Map<string, Handler>();
  readonly #startedAt = Date.now();
  readonly #origins: Origins;

  constructor(origins: Origins) {
    this.#origins = origins;
  }

  mount(prefix: string, handler: Handler): void {
    this.#mounts.set(prefix, handler);
  }

  /** What a listener calls with its requests. */
  readonly listen = (listener: Listener): RequestListener => {
    return (request, response) => {
      const scheme = 'encrypted' in request.socket ? 'https' : 'http';
      const url = new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? 'localhost'}`);
      const [, kind = '', encodedKey = '', view] = url.pathname.split('/');
      const name = decode(encodedKey);
      const key = /^(r|upload|echo)$/.test(kind) ? name : null;
      const connection = this.#connections.ofNextRequest(request.socket);
      const exchange = new Exchange({ request, response, listener, connection }, url, key, this.log);
      this.#answer(exchange, kind, name, view).catch((error: unknown) => reportFailure(exchange, error));
    };
  };

  async #answer(exchange: Exchange, kind: string, key: string, view: string | undefined): Promise<void> {
    switch (kind) {
      case 'r':
        return this.#answerResource(exchange, key);
      case 'upload':
        return this.#answerUpload(exchange, key);
      case 'echo':
        return answerEcho(exchange);
      case 'control':
        return answerControl(exchange, key, view, {
          states: this.#states,
          pools: this.#pools,
          log: this.log,
        });
      case 'outage':
        return answerOutage(exchange, key, this.outages);
      default:
        return this.#answerMounted(exchange);
    }
  }

  async #answerResource(exchange: Exchange, key: string): Promise<void> {
    const state = this.#states.of(key);
    const { method } = exchange.request;
    if (method === 'OPTIONS') {
      answerPreflight(exchange, faultsOfAttempt(exchange.url, state.faults, state.attempts + 1));
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      exchange.sendText(405, `A resource can't be the target of ${method}; /upload/${key} can.`);
      return;
    }
    const attempt = Number(exchange.url.searchParams.get('of') ?? ++state.attempts);
    exchange.note({ attempt });
    const faults = faultsOfAttempt(exchange.url, state.faults, attempt);
    if (await isAdmitted(exchange, faults, state.pool, this.#poolOf(faults, state))) {
      await answerResource(exchange, this.#context(faults, key));
    }
  }

  async #answerUpload(exchange: Exchange, key: string): Promise<void> {
    const state = this.#states.of(key);
    if (exchange.request.method === 'OPTIONS') {
      answerPreflight(exchange, faultsOfAttempt(exchange.url, state.faults, state.uploadAttempts + 1));
      return;
    }
    const attempt = Number(exchange.url.searchParams.get('of') ?? ++state.uploadAttempts);
    exchange.note({ attempt });
    const faults = faultsOfAttempt(exchange.url, state.faults, attempt);
    if (await isAdmitted(exchange, faults, state.pool, this.#poolOf(faults, state))) {
      await answerUpload(exchange, this.#context(faults, key));
    }
  }

  /** Where the places of a request are. */
  #poolOf(faults: Faults, state: KeyState): Pool {
    return faults.pool === undefined ? state.pool : this.#pools.of(faults.pool);
  }

  #context(faults: Faults, key: string) {
    return { faults, state: this.#states.of(key), origins: this.#origins, startedAt: this.#startedAt };
  }

  async #answerMounted(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const prefixes = [...this.#mounts.keys()].filter((prefix) => url.pathname.startsWith(prefix));
    const longest = prefixes.sort((a, b) => b.length - a.length)[0];
    const handler = longest === undefined ? undefined : this.#mounts.get(longest);
    if (!handler) {
      exchange.sendText(404, `Nothing is mounted at ${url.pathname}.`);
      return;
    }
    response.on('finish', () => {
      const length = Number(response.getHeader('Content-Length') ?? 0);
      exchange.note({
        status: response.statusCode,
        responseHeaders: response.getHeaders(),
        bytesSent: request.method === 'HEAD' ? 0 : length,
      });
    });
    await handler(request, response);
  }
}

function reportFailure(exchange: Exchange, error: unknown): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  exchange.sendText(error instanceof UnknownFault ? 400 : 500, message);
}

/** A key that is no valid percent-encoding is taken as it is written. */
function decode(encodedKey: string): string {
  try {
    return decodeURIComponent(encodedKey);
  } catch {
    return encodedKey;
  }
}
