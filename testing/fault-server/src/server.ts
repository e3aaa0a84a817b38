import { makeCertificate } from './certificate.ts';
import { Listener } from './listener.ts';
import type { RequestLog } from './log.ts';
import type { EndOutage, OriginName, OutageOptions } from './outages.ts';
import { type Handler, Routes } from './routes.ts';
import { directoryHandler } from './static.ts';

/** A running server. All of its origins answer the same. */
export interface FaultServer {
  /** `http://localhost:<port>`, on IPv4 and, where there is one, on the IPv6 loopback. */
  readonly origin: string;
  /** `http://127.0.0.1:<another port>`: the same server as another origin. */
  readonly crossOrigin: string;
  /** `http://127.0.0.1:<another port>`: one more, for `redirect=edges`. */
  readonly edgeOrigin: string;
  /** `https://localhost:<a third port>`, with a certificate made at the start and trusted by nobody. */
  readonly secureOrigin: string;
  /** That certificate as PEM, for a client that shall trust it. */
  readonly certificate: string;
  readonly log: RequestLog;
  /** Answers paths that start with `prefix` (the longest wins), for pages, bundles and service workers. */
  mount(prefix: string, handler: Handler): void;
  serveDirectory(prefix: string, directory: string): void;
  /**
   * Resets the connections of an origin and refuses new ones, until what it resolves with is called or the time
   * is over. Outages may overlap.
   */
  outage(origin: OriginName, options?: OutageOptions): Promise<EndOutage>;
  /** An outage of `crossOrigin` until `accept`, which ends all of its outages. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Destroys every connection. */
  close(): Promise<void>;
}

/**
 * Starts the server. With a `port`, `origin` has it, and `crossOrigin`, `secureOrigin` and `edgeOrigin` the next
 * ones; without, the system chooses.
 */
export async function startFaultServer(options: { port?: number } = {}): Promise<FaultServer> {
  const port = options.port ?? 0;
  const origins = { origin: '', crossOrigin: '', secureOrigin: '', edgeOrigin: '' };
  const routes = new Routes(origins);
  const certificate = await makeCertificate();

  const main = await openLoopback(routes, port);
  const cross = new Listener('127.0.0.1', routes.listen);
  await cross.open(port && port + 1);
  const secure = await openLoopback(routes, port && port + 2, certificate);
  const edge = new Listener('127.0.0.1', routes.listen);
  await edge.open(port && port + 3);
  const listeners = [...main, cross, ...secure, edge];
  const { outages } = routes;
  outages.set('same', main);
  outages.set('cross', [cross]);
  outages.set('secure', secure);
  outages.set('edge', [edge]);

  origins.origin = `http://localhost:${main[0].port}`;
  origins.crossOrigin = `http://127.0.0.1:${cross.port}`;
  origins.secureOrigin = `https://localhost:${secure[0].port}`;
  origins.edgeOrigin = `http://127.0.0.1:${edge.port}`;
  return {
    ...origins,
    certificate: certificate.cert,
    log: routes.log,
    mount: (prefix, handler) => routes.mount(prefix, handler),
    serveDirectory: (prefix, directory) => routes.mount(prefix, directoryHandler(prefix, directory)),
    outage: (name, options) => outages.begin(name, options),
    refuse: async () => void (await outages.begin('cross')),
    accept: () => outages.end('cross'),
    close: async () => {
      await outages.stop();
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

/** Listens on 127.0.0.1 and on ::1 with one port: browsers differ in which of them "localhost" is first. */
async function openLoopback(
  routes: Routes,
  port: number,
  certificate?: { key: string; cert: string },
): Promise<[Listener, ...Listener[]]> {
  const four = new Listener('127.0.0.1', routes.listen, certificate);
  const six = new Listener('::1', routes.listen, certificate);
  await four.open(port);
  try {
    await six.open(four.port);
    return [four, six];
  } catch (error) {
    if (!isCode(error, 'EADDRINUSE')) {
      return [four];
    }
    await four.close();
    if (port !== 0) {
      throw new Error(`Can't listen on [::1]:${port}: something else does. Choose another port.`, {
        cause: error,
      });
    }
    return openLoopback(routes, port, certificate);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
