import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { type Certificate, makeCertificate } from '@background-fetch/testing-fault-server';
import { Agent, Dispatcher } from 'undici';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeNetwork } from '../../src/network/create-network.ts';
import { bytesOf, requestFor, until, useNetworks } from './given.ts';

const network = useNetworks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

let certificate: Certificate;
beforeAll(async () => {
  certificate = await makeCertificate();
});

const endings = {
  // the TCP connection's, below TLS, too
  reset: (raw: Socket): unknown => raw.resetAndDestroy(),
  fin: (raw: Socket): unknown => raw.end(),
};
type Ending = keyof typeof endings;

interface RawServer {
  readonly origin: string;
  /** The first lines of what was asked, and on which connection, counted from 0. */
  readonly seen: { readonly line: string; readonly connection: number }[];
}

/** What becomes of the nth request of a connection, counted from 1: the bytes of an answer, an ending, or nothing. */
type Answer = (nth: number, line: string) => string | Ending | null;

/** A part of an answer before the connection ends. */
const partThenFin = 'HTTP/1.1 20';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

async function serve(answer: Answer, secure = false): Promise<RawServer> {
  const seen: RawServer['seen'] = [];
  const raws = new Set<Socket>();
  let connections = 0;
  const onConnection = (client: Socket, raw: Socket): void => {
    const connection = connections++;
    let nth = 0;
    let received = '';
    client.on('error', () => {});
    client.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      const [line = ''] = received.split(' HTTP/', 1);
      received = '';
      seen.push({ line, connection });
      const given = answer(++nth, line);
      if (given === 'reset' || given === 'fin') endings[given](raw);
      else if (given !== null) client.write(given);
      if (given === partThenFin) endings.fin(raw);
    });
  };
  const server = createServer((raw) => {
    raws.add(raw);
    raw.on('error', () => {});
    if (!secure) return onConnection(raw, raw);
    const { key, cert } = certificate;
    onConnection(new TLSSocket(raw, { isServer: true, key, cert }), raw);
  });
  await listen(server, raws);
  const { port } = server.address() as AddressInfo;
  return { origin: secure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`, seen };
}

async function listen(server: Server, raws: Set<Socket>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    for (const raw of raws) raw.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
}

function agent(options: Agent.Options): Agent {
  const dispatcher = new Agent(options);
  ends.push(() => dispatcher.destroy());
  return dispatcher;
}

/** Fetches something over a connection that can be used for what is fetched next. */
async function fetchBefore(adapter: NodeNetwork, url: string): Promise<void> {
  await bytesOf(await adapter.fetch(requestFor(url)));
  // undici gives it free then
  await nextTurn();
}

/** Fetches a number of files, a few at a time; resolves with how many came. */
async function fetchAll(adapter: NodeNetwork, origin: string, count: number, atATime = 4): Promise<number> {
  let next = 0;
  let came = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const response = await adapter.fetch(requestFor(`${origin}/${next++}`));
      if ((await bytesOf(response)).byteLength === 2) came++;
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return came;
}

/** Everything is answered up to the nth request of a connection, whose ending takes it along. */
const endingAt =
  (last: number, ending: Ending): Answer =>
  (nth) =>
    nth < last ? ok : ending;

describe('a request over a connection that was used before', () => {
  it.each([
    ['reset', 2],
    ['reset', 4],
    ['fin', 2],
    ['fin', 4],
  ] as const)(
    'is sent again where the connection ends without an answer: %s at request %i',
    async (ending, last) => {
      const failures: unknown[] = [];
      const { origin, seen } = await serve(endingAt(last, ending));
      const adapter = network({ onFailure: (failure) => failures.push(failure) });
      expect(await fetchAll(adapter, origin, 60)).toBe(60);
      expect(failures).toEqual([]);
      expect(seen.length).toBeGreaterThan(60);
    },
  );

  it.each(['reset', 'fin'] as const)('is sent again over a dispatcher of the app: %s', async (ending) => {
    const { origin } = await serve(endingAt(2, ending));
    const adapter = network({ dispatcher: agent({ connections: 3 }) });
    expect(await fetchAll(adapter, origin, 60)).toBe(60);
  });

  it.each(['reset', 'fin'] as const)('is sent again over TLS: %s', async (ending) => {
    const { origin } = await serve(endingAt(3, ending), true);
    const adapter = network({ dispatcher: agent({ connections: 2, connect: { ca: certificate.cert } }) });
    expect(await fetchAll(adapter, origin, 20)).toBe(20);
  });

  it('is sent again where a redirect led to it', async () => {
    const redirect = 'HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n';
    const { origin, seen } = await serve((nth, line) => {
      if (line === 'GET /here') return redirect;
      return nth === 1 ? ok : 'reset';
    });
    const adapter = network({ dispatcher: agent({ connections: 1 }) });
    const { head } = await adapter.fetch(requestFor(`${origin}/here`));
    expect(head).toMatchObject({ status: 200, redirected: true, url: `${origin}/there` });
    expect(seen.map(({ line }) => line)).toEqual(['GET /here', 'GET /there', 'GET /there']);
  });

  it('is sent again where it asks for the head alone', async () => {
    const { origin, seen } = await serve((nth) => (nth === 1 ? ok : 'reset'));
    const adapter = network();
    await fetchBefore(adapter, `${origin}/first`);
    const { head } = await adapter.fetch(requestFor(`${origin}/second`, { method: 'HEAD' }));
    expect(head.status).toBe(200);
    expect(seen.map(({ line }) => line)).toEqual(['GET /first', 'HEAD /second', 'HEAD /second']);
  });

  it('is sent again over a connection of its own, whatever others are kept alive', async () => {
    const { origin, seen } = await serve((nth) => (nth === 1 ? ok : 'reset'));
    const adapter = network();
    await Promise.all([fetchBefore(adapter, `${origin}/first`), fetchBefore(adapter, `${origin}/second`)]);
    await fetchBefore(adapter, `${origin}/third`);
    await fetchBefore(adapter, `${origin}/fourth`);
    // the one over which the third came at last is not kept for the fourth
    expect(seen.map(({ connection }) => connection)).toEqual([0, 1, expect.toBeOneOf([0, 1]), 2, 3]);
  });

  it('fails where the new connection ends, too: that one tells of the server', async () => {
    const { origin, seen } = await serve((_nth, line) => (line === 'GET /first' ? ok : 'reset'));
    const failures: unknown[] = [];
    const adapter = network({ onFailure: ({ error }) => failures.push(error) });
    await fetchBefore(adapter, `${origin}/first`);
    const refused = adapter.fetch(requestFor(`${origin}/second`));
    await expect(refused).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNRESET' } });
    expect(failures).toHaveLength(1);
    expect(seen.map(({ connection }) => connection)).toEqual([0, 0, 1]);
  });

  it('is not sent again once a byte of a response came', async () => {
    const { origin, seen } = await serve((nth) => (nth === 1 ? ok : partThenFin));
    const adapter = network();
    await fetchBefore(adapter, `${origin}/first`);
    await expect(adapter.fetch(requestFor(`${origin}/second`))).rejects.toThrow(TypeError);
    expect(seen.map(({ connection }) => connection)).toEqual([0, 0]);
  });

  it('is not sent again when it is aborted', async () => {
    const { origin, seen } = await serve((nth) => (nth === 1 ? ok : null));
    const adapter = network();
    await fetchBefore(adapter, `${origin}/first`);
    const controller = new AbortController();
    const second = adapter.fetch(requestFor(`${origin}/second`, {}, { signal: controller.signal }));
    await until(() => seen.length === 2);
    controller.abort(new Error('no longer wanted'));
    await expect(second).rejects.toThrow('no longer wanted');
    await bytesOf(await adapter.fetch(requestFor(`${origin}/third`)));
    expect(seen.map(({ line }) => line)).toEqual(['GET /first', 'GET /second', 'GET /third']);
  });

  it.each(['POST', 'DELETE', 'OPTIONS'])(
    'is sent once where its method changes things, or may: %s',
    async (method) => {
      const { origin, seen } = await serve((nth) => (nth === 1 ? ok : 'reset'));
      const adapter = network({ dispatcher: agent({ connections: 1 }) });
      await fetchBefore(adapter, `${origin}/first`);
      await expect(adapter.fetch(requestFor(`${origin}/second`, { method }))).rejects.toThrow(TypeError);
      expect(seen.map(({ connection }) => connection)).toEqual([0, 0]);
    },
  );
});

describe('a request over a new connection', () => {
  it.each(['reset', 'fin'] as const)('is sent once: %s', async (ending) => {
    const { origin, seen } = await serve(() => ending);
    await expect(network().fetch(requestFor(`${origin}/once`))).rejects.toThrow(TypeError);
    expect(seen).toHaveLength(1);
  });
});

/** A dispatcher that is not undici's: nobody can see its connections. */
class HidingDispatcher extends Dispatcher {
  readonly #reset: boolean[];
  requests = 0;

  /** @param reset for each request, whether its connection is reset */
  constructor(...reset: boolean[]) {
    super();
    this.#reset = reset;
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const reset = this.#reset[this.requests++];
    const controller = { abort() {}, pause() {}, resume() {}, aborted: false, paused: false, reason: null };
    queueMicrotask(() => {
      handler.onRequestStart?.(controller, {});
      if (reset) {
        const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
        handler.onResponseError?.(controller, error);
      } else {
        handler.onResponseStart?.(controller, 204, {}, 'No Content');
        handler.onResponseEnd?.(controller, {});
      }
    });
    return true;
  }
}

describe('a dispatcher that hides its connections', () => {
  it('gets a request again once, as the connection may have been an old one', async () => {
    const dispatcher = new HidingDispatcher(true, false);
    const response = await network({ dispatcher }).fetch(requestFor('http://hidden.test/'));
    expect(response.head.status).toBe(204);
    expect(response).not.toHaveProperty('multiplexed');
    const broken = new HidingDispatcher(true, true, false);
    await expect(network({ dispatcher: broken }).fetch(requestFor('http://hidden.test/'))).rejects.toThrow(
      TypeError,
    );
    expect(broken.requests).toBe(2);
  });
});

describe('HTTP/2', () => {
  /** What the third request of each connection meets. */
  const thirds = {
    goaway: (session: ServerHttp2Session, _raw: Socket): unknown => session.goaway(0),
    ended: (session: ServerHttp2Session, _raw: Socket): unknown => session.destroy(),
    reset: (_session: ServerHttp2Session, raw: Socket): unknown => raw.resetAndDestroy(),
  };

  async function serveStreams(third: (session: ServerHttp2Session, raw: Socket) => unknown): Promise<string> {
    const raws = new Map<number | undefined, Socket>();
    const streams = new WeakMap<ServerHttp2Session, number>();
    const server = createSecureServer({ key: certificate.key, cert: certificate.cert });
    server.on('connection', (raw: Socket) => raws.set(raw.remotePort, raw));
    server.on('session', (session) => session.on('error', () => {}));
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      const session = stream.session as ServerHttp2Session;
      const nth = (streams.get(session) ?? 0) + 1;
      streams.set(session, nth);
      if (nth === 3) return third(session, raws.get(session.socket.remotePort) as Socket);
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(async () => {
      for (const raw of raws.values()) raw.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }

  it.each(Object.entries(thirds))(
    'has requests sent again that its connection takes along: %s',
    async (_name, third) => {
      const origin = await serveStreams(third);
      const dispatcher = agent({ allowH2: true, connections: 1, connect: { ca: certificate.cert } });
      expect(await fetchAll(network({ dispatcher }), origin, 20, 1)).toBe(20);
    },
  );

  it('is told of in a response, and so is that it was not used', async () => {
    const origin = await serveStreams((session) => session.destroy());
    const dispatcher = agent({ allowH2: true, connect: { ca: certificate.cert } });
    const response = await network({ dispatcher }).fetch(requestFor(`${origin}/`));
    expect(response.multiplexed).toBe(true);
    await bytesOf(response);
    const { origin: plain } = await serve(() => ok);
    const other = await network({ dispatcher }).fetch(requestFor(`${plain}/`));
    expect(other.multiplexed).toBe(false);
    await bytesOf(other);
  });

  it('has a request sent once that it refuses while its connection goes on', async () => {
    const seen: number[] = [];
    const server = createSecureServer({ key: certificate.key, cert: certificate.cert });
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      seen.push(stream.id ?? 0);
      if (seen.length > 1) return stream.close(8);
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    const raws = new Set<Socket>();
    server.on('connection', (raw: Socket) => raws.add(raw));
    await listen(server, raws);
    const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
    const dispatcher = agent({ allowH2: true, connections: 1, connect: { ca: certificate.cert } });
    const adapter = network({ dispatcher });
    await fetchBefore(adapter, `${origin}/first`);
    await expect(adapter.fetch(requestFor(`${origin}/second`))).rejects.toThrow(TypeError);
    expect(seen).toHaveLength(2);
  });
});
