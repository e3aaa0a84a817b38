import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { makeCertificate } from './certificate.ts';
import { Changes } from './changes.ts';
import { serveControl } from './control.ts';
import { CountedResponse } from './counted-response.ts';
import { ConnectionGone, Exchange } from './exchange.ts';
import { Listener, type ListenerName } from './listener.ts';
import { RequestLog } from './log.ts';
import { ParameterError } from './parameters.ts';
import { serveResource } from './resource.ts';
import { ResourceState } from './state.ts';
import { serveFilesOf } from './static.ts';
import { serveEcho, serveUpload } from './uploads.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface FaultServer {
  /** http://localhost:PORT, on 127.0.0.1 and, where the machine has it, ::1. */
  readonly origin: string;
  /** The same server as another origin: http://127.0.0.1:PORT2. */
  readonly crossOrigin: string;
  /** https://localhost:PORT3, with a self-signed certificate. */
  readonly secureOrigin: string;
  /** The self-signed certificate, in PEM form, for clients that should trust it. */
  readonly certificate: string;
  /** Every request, to whatever path and listener. */
  readonly log: RequestLog;
  /** What the server remembers about a key, to change and to wait on. */
  resource(key: string): ResourceState;
  /** Gives a path prefix to a handler; the longest prefix wins, and none may begin with a path of the server's own. */
  mount(prefix: string, handler: Handler): void;
  /** Static files, uncached, that may be service workers of any scope. */
  serveDirectory(prefix: string, directory: string): void;
  /** Closes a listener and destroys its connections, so that connecting to it is refused. */
  refuse(listener?: ListenerName): Promise<void>;
  /** Opens a listener again, on the same port. */
  accept(listener?: ListenerName): Promise<void>;
  /** Stops listening and destroys every connection. */
  close(): Promise<void>;
}

export interface FaultServerOptions {
  /** Of `origin`; 0 or absent for any free port. The other origins always take free ports. */
  readonly port?: number;
}

/** Starts the server on loopback; resolves when all three origins accept connections. */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const server = new Server(await makeCertificate(), options.port ?? 0);
  await server.open();
  return server;
}

class Server implements FaultServer {
  readonly certificate: string;
  readonly #changes = new Changes();
  readonly log = new RequestLog(this.#changes);
  readonly #resources = new Map<string, ResourceState>();
  readonly #mounts = new Map<string, Handler>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #listeners: Record<ListenerName, Listener>;
  readonly #exchanges = new Set<Exchange>();
  readonly #connections = new Map<string, { id: number; listener: ListenerName; socket: Socket }>();
  #nextConnection = 1;
  #closed = false;

  constructor(identity: { key: string; cert: string }, port: number) {
    this.certificate = identity.cert;
    const listener = (request: IncomingMessage, response: CountedResponse) =>
      void this.#serve(request, response);
    // Sockets are handed over by the listeners. A pooled connection that times out just as it is used again would
    // be a fault that no test asked for.
    const shared = {
      ServerResponse: CountedResponse,
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
    };
    const plain = createServer(shared, listener);
    const secure = createSecureServer({ ...shared, ...identity }, listener);
    const accept = (name: ListenerName, handOver: (socket: Socket) => void) => (socket: Socket) => {
      const address = addressOf(socket);
      this.#connections.set(address, { id: this.#nextConnection++, listener: name, socket });
      socket.on('close', () => this.#connections.delete(address));
      // An aborting client is no error here; each exchange notes it.
      socket.on('error', () => {});
      handOver(socket);
    };
    const toPlain = (socket: Socket) => plain.emit('connection', socket);
    const toSecure = (socket: Socket) => secure.emit('connection', socket);
    const loopback = ['127.0.0.1', '::1'];
    this.#listeners = {
      origin: new Listener({
        name: 'origin',
        addresses: loopback,
        port,
        onConnection: accept('origin', toPlain),
      }),
      cross: new Listener({
        name: 'cross',
        addresses: ['127.0.0.1'],
        port: 0,
        onConnection: accept('cross', toPlain),
      }),
      secure: new Listener({
        name: 'secure',
        addresses: loopback,
        port: 0,
        onConnection: accept('secure', toSecure),
      }),
    };
  }

  get origin(): string {
    return `http://localhost:${this.#listeners.origin.port}`;
  }

  get crossOrigin(): string {
    return `http://127.0.0.1:${this.#listeners.cross.port}`;
  }

  get secureOrigin(): string {
    return `https://localhost:${this.#listeners.secure.port}`;
  }

  async open(): Promise<void> {
    try {
      for (const listener of Object.values(this.#listeners)) await listener.open();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  resource(key: string): ResourceState {
    const known = this.#resources.get(key);
    if (known) return known;
    const state = new ResourceState(key, this.log, this.#changes);
    this.#resources.set(key, state);
    return state;
  }

  state(key: string): ResourceState {
    return this.resource(key);
  }

  mount(prefix: string, handler: Handler): void {
    this.#mounts.set(prefix, handler);
  }

  serveDirectory(prefix: string, directory: string): void {
    this.mount(prefix, serveFilesOf(directory, prefix));
  }

  refuse(listener: ListenerName = 'origin'): Promise<void> {
    return this.#listeners[listener].close((socket) => this.#markCut(socket));
  }

  async accept(listener: ListenerName = 'origin'): Promise<void> {
    if (!this.#closed) await this.#listeners[listener].open();
  }

  later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, milliseconds);
    this.#timers.add(timer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all((['origin', 'cross', 'secure'] as const).map((name) => this.refuse(name)));
  }

  #markCut(socket: Socket): void {
    for (const exchange of this.#exchanges) {
      if (exchange.isOver || !exchange.isOn(socket)) continue;
      exchange.entry.finished = 'cut';
    }
  }

  async #serve(request: IncomingMessage, response: CountedResponse): Promise<void> {
    const connection = this.#connections.get(addressOf(request.socket));
    if (!connection) return void request.socket.destroy();
    const exchange = this.#begin(request, response, connection);
    try {
      await this.#route(exchange);
    } catch (error) {
      if (exchange.signal.aborted || error instanceof ConnectionGone) return;
      const status = error instanceof ParameterError ? 400 : 500;
      if (response.headersSent) response.destroy(error as Error);
      else
        exchange.text(
          status,
          error instanceof Error && status === 400 ? error.message : String((error as Error).stack),
        );
    }
  }

  #begin(
    request: IncomingMessage,
    response: CountedResponse,
    connection: { id: number; listener: ListenerName; socket: Socket },
  ): Exchange {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { kind, key } = partsOf(url);
    const keyed = key !== '' && ['r', 'upload', 'echo'].includes(kind);
    const entry = this.log.add({
      at: Date.now(),
      listener: connection.listener,
      connection: connection.id,
      method: request.method ?? 'GET',
      path: url.pathname,
      url: url.pathname + url.search,
      headers: request.headers,
      ...(keyed ? { key } : {}),
    });
    const { listener, socket } = connection;
    const exchange = new Exchange({
      request,
      response,
      url,
      entry,
      changes: this.#changes,
      listener,
      connection: socket,
    });
    this.#exchanges.add(exchange);
    response.once('close', () => this.#exchanges.delete(exchange));
    return exchange;
  }

  async #route(exchange: Exchange): Promise<void> {
    const { kind, key, what } = partsOf(exchange.url);
    if (key !== '') {
      if (kind === 'r') return serveResource(exchange, this.resource(key), this.#otherOrigin);
      if (kind === 'upload') return serveUpload(exchange, this.resource(key));
      if (kind === 'echo') return serveEcho(exchange, this.resource(key));
      if (kind === 'control') return serveControl(exchange, key, what, this);
    }
    const path = exchange.entry.path;
    const prefixes = [...this.#mounts.keys()].filter((prefix) => path.startsWith(prefix));
    const longest = prefixes.sort((a, b) => b.length - a.length)[0];
    if (longest !== undefined) return this.#mounts.get(longest)?.(exchange.request, exchange.response);
    exchange.text(404, `Nothing is mounted at ${path}.`);
  }

  /** The secure listener has no sibling: its other origin is the other name of the same address. */
  readonly #otherOrigin = (from: ListenerName, host: string): string => {
    if (from === 'origin') return this.crossOrigin;
    if (from === 'cross') return this.origin;
    const port = this.#listeners.secure.port;
    return `https://${host.startsWith('127.') ? 'localhost' : '127.0.0.1'}:${port}`;
  };
}

function partsOf(url: URL): { kind: string; key: string; what: string } {
  const [kind = '', key = '', what = ''] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  return { kind, key, what };
}

/** The same for a TLS socket and the TCP connection below it. */
function addressOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}>${socket.localPort}`;
}
