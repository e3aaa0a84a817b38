import { type AddressInfo, createServer, type LookupFunction, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NetworkRequest, Reachability } from '@background-fetch/core';
import { Agent, ProxyAgent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { NetworkOptions, NodeNetwork } from '../../src/network/create-network.ts';
import { reachabilityOf } from '../../src/network/failures.ts';
import { bytesOf, requestFor, until, useFaultServer, useNetworks } from './given.ts';
import { rawResponse, useRawServers } from './raw-server.ts';

const server = useFaultServer();
const serveRaw = useRawServers();
const network = useNetworks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

const nobody = 'http://127.0.0.1:1';
const { signal } = new AbortController();

function agent(options: Agent.Options): Agent {
  const dispatcher = new Agent(options);
  ends.push(() => dispatcher.destroy());
  return dispatcher;
}

/** What a network says of a request after it has failed. */
async function afterFailure(
  asked: NetworkRequest,
  options: Partial<NetworkOptions> = {},
): Promise<Reachability> {
  const adapter = network(options);
  const error = await adapter.fetch(asked).then(
    () => {
      throw new Error('The request was to fail');
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  return await adapter.probe(asked, signal, error);
}

/** A name that can't be looked up. */
function failingLookup(code: string): LookupFunction {
  const error = Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo' });
  return (_host, _options, callback) => callback(error, []);
}

/** Ends each connection as soon as something has come over it. */
async function serveEnds(end: (socket: Socket) => void): Promise<number> {
  const open = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => end(socket));
  });
  await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => open.close(resolve)));
  return (open.address() as AddressInfo).port;
}

async function portOfNobody(): Promise<number> {
  const closing = createServer();
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
  const { port } = closing.address() as AddressInfo;
  await new Promise((resolve) => closing.close(resolve));
  return port;
}

const cuts: [string, (socket: Socket) => void][] = [
  ['FIN', (socket) => socket.end()],
  ['RST', (socket) => socket.resetAndDestroy()],
];

describe('nobody answers, and nothing was sent', () => {
  it('where nobody listens', async () => {
    expect(await afterFailure(requestFor(`${nobody}/`))).toBe('unsent');
  });

  it('where nobody listens at any address of the host', async () => {
    const lookup: LookupFunction = (_host, _options, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const dispatcher = agent({ connect: { lookup, autoSelectFamily: true } });
    expect(await afterFailure(requestFor('http://many.test:1/'), { dispatcher })).toBe('unsent');
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'])(
    'where the name of the host is not found: %s',
    async (code) => {
      const dispatcher = agent({ connect: { lookup: failingLookup(code) } });
      expect(await afterFailure(requestFor('http://nowhere.test/'), { dispatcher })).toBe('unsent');
    },
  );

  it.each(cuts)(
    'where a TLS handshake is cut, as it is by a tunnel without a server behind: %s',
    async (_name, cut) => {
      const port = await serveEnds(cut);
      expect(await afterFailure(requestFor(`https://127.0.0.1:${port}/`))).toBe('unsent');
    },
  );

  it('where the proxy is not there', async () => {
    const dispatcher = new ProxyAgent({ uri: nobody });
    ends.push(() => dispatcher.destroy());
    expect(await afterFailure(requestFor('http://behind.test/'), { dispatcher })).toBe('unsent');
  });

  it.each([502, 503, 504])('where the proxy reaches nobody: %i', async (status) => {
    const uri = await serveRaw(rawResponse([`HTTP/1.1 ${status} Sorry`, 'Content-Length: 0']));
    const dispatcher = new ProxyAgent({ uri });
    ends.push(() => dispatcher.destroy());
    expect(await afterFailure(requestFor('http://behind.test/'), { dispatcher })).toBe('unsent');
  });

  it('where what the app needs for an attempt reaches nobody', async () => {
    const beforeAttempt = async (): Promise<undefined> => {
      // fetch() refuses port 1
      await fetch(`http://127.0.0.1:${await portOfNobody()}/token`);
    };
    expect(await afterFailure(requestFor(`${server().origin}/echo/token`), { beforeAttempt })).toBe('unsent');
  });
});

describe('a server falters', () => {
  it('where it leads on to a place without a server', async () => {
    const url = await serveRaw(
      rawResponse(['HTTP/1.1 302 Found', `Location: ${nobody}/`, 'Content-Length: 0']),
    );
    expect(await afterFailure(requestFor(url))).toBe('falters');
  });

  it.each(cuts)('where it ends a new connection without a response: %s', async (_name, cut) => {
    const port = await serveEnds(cut);
    expect(await afterFailure(requestFor(`http://127.0.0.1:${port}/`))).toBe('falters');
  });
});

describe('a server answers', () => {
  it('where its response is not HTTP', async () => {
    expect(await afterFailure(requestFor(await serveRaw(rawResponse(['ICY 200 OK']))))).toBe('answers');
  });

  it('where it speaks no TLS', async () => {
    const origin = server().origin.replace('http:', 'https:');
    expect(await afterFailure(requestFor(`${origin}/echo/plain`))).toBe('unasked');
  });

  it('where nobody trusts its certificate', async () => {
    expect(await afterFailure(requestFor(`${server().secureOrigin}/echo/secure`))).toBe('unasked');
  });

  it('where its redirect is not followed', async () => {
    const url = `${server().origin}/r/redirected?size=10&redirect=1`;
    expect(await afterFailure(requestFor(url, { redirect: 'error' }))).toBe('answers');
    const refusal = (): string => 'it is another one';
    expect(await afterFailure(requestFor(url), { refusal })).toBe('answers');
  });

  it.each([403, 407])('where the proxy refuses to reach it: %i', async (status) => {
    const uri = await serveRaw(rawResponse([`HTTP/1.1 ${status} No`, 'Content-Length: 0']));
    const dispatcher = new ProxyAgent({ uri });
    ends.push(() => dispatcher.destroy());
    expect(await afterFailure(requestFor('http://behind.test/'), { dispatcher })).toBe('unasked');
  });

  it('for all that is known where the app made the attempt fail', async () => {
    const beforeAttempt = (): never => {
      throw new Error('No key for this file');
    };
    expect(await afterFailure(requestFor(`${nobody}/`), { beforeAttempt })).toBe('unasked');
    const reset = (): never => {
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    };
    expect(await afterFailure(requestFor(`${nobody}/`), { beforeAttempt: reset })).toBe('falters');
    const dispatcher = agent({}).compose(() => () => {
      throw new Error('Blocked by the app');
    });
    expect(await afterFailure(requestFor(`${nobody}/`), { dispatcher })).toBe('unasked');
  });
});

describe('an error', () => {
  const failure = (code: string, syscall?: string): Error =>
    Object.assign(new Error(code), { code, syscall });

  it.each([
    failure('ECONNREFUSED', 'connect'),
    failure('ECONNRESET', 'connect'),
    failure('EACCES', 'connect'),
    failure('EADDRNOTAVAIL', 'bind'),
    failure('ENETUNREACH', 'connect'),
    failure('EHOSTDOWN', 'connect'),
    failure('ETIMEDOUT', 'read'),
    failure('EHOSTUNREACH', 'read'),
    failure('ENETDOWN', 'write'),
    failure('ESERVFAIL', 'queryA'),
    failure('UND_ERR_CONNECT_TIMEOUT'),
    failure('UND_ERR_SOCKS5_REPLY_5'),
    failure('EMFILE', 'connect'),
    failure('ENFILE', 'socket'),
    failure('EMFILE', 'open'),
    failure('ENOBUFS', 'write'),
    new AggregateError([failure('EAFNOSUPPORT'), failure('ENETUNREACH', 'connect')]),
    new TypeError('fetch failed', { cause: new Error('it', { cause: failure('ECONNREFUSED') }) }),
  ])("is nobody's answer: $code $syscall", (error) => {
    expect(reachabilityOf(error, true)).toBe('silent');
  });

  it.each([failure('ECONNRESET', 'read'), failure('EPIPE', 'write'), failure('UND_ERR_SOCKET')])(
    'may pass where a connection ended: $code',
    (error) => {
      expect(reachabilityOf(error, true)).toBe('falters');
    },
  );

  it.each([
    failure('HPE_INVALID_CONSTANT'),
    failure('CERT_HAS_EXPIRED'),
    failure('ERR_TLS_CERT_ALTNAME_INVALID'),
    failure('ERR_SSL_WRONG_VERSION_NUMBER', 'write'),
    failure('UND_ERR_HEADERS_OVERFLOW'),
    failure('UND_ERR_SOCKS5_REPLY_2'),
    failure('UND_ERR_DESTROYED'),
    new TypeError('a digest that differs'),
    'no error at all',
    null,
  ])("is a server's answer, or has to have an end: %s", (error) => {
    expect(reachabilityOf(error, true)).toBe('answers');
  });

  it('may be its own cause', () => {
    const error = new Error('round and round');
    error.cause = error;
    expect(reachabilityOf(error, true)).toBe('answers');
  });
});

describe('while its response is waited for, a request', () => {
  /** What the network says of a request that has not come to an end. */
  const meanwhile = (adapter: NodeNetwork, asked: NetworkRequest): Promise<Reachability> =>
    adapter.probe(asked, signal);

  async function untilSaid(
    adapter: NodeNetwork,
    asked: NetworkRequest,
    reachability: Reachability,
  ): Promise<void> {
    while ((await meanwhile(adapter, asked)) !== reachability) await nextTurn();
  }

  it('is answered by the server that has it, and by nobody while it waits for a connection', async () => {
    const seen: string[] = [];
    let answerFirst = (): void => {};
    const origin = await serveRaw((socket, head) => {
      seen.push(head.split(' ')[1] as string);
      if (seen.length === 1)
        answerFirst = () => socket.write(rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 0']));
    });
    const adapter = network({ dispatcher: agent({ connections: 1 }) });
    const [first, second] = [requestFor(`${origin}/first`), requestFor(`${origin}/second`)];
    const fetching = adapter.fetch(first);
    adapter.fetch(second).catch(() => {});
    await until(() => seen.length === 1);
    expect(await meanwhile(adapter, first)).toBe('answers');
    expect(await meanwhile(adapter, second)).toBe('silent');
    answerFirst();
    await bytesOf(await fetching);
    await until(() => seen.length === 2);
    expect(await meanwhile(adapter, second)).toBe('answers');
  });

  it('is answered by nobody while the place that a redirect leads to has no connection for it', async () => {
    let seen = 0;
    const busy = await serveRaw(() => seen++);
    let asked = 0;
    const redirecting = await serveRaw((socket) => {
      asked++;
      socket.write(rawResponse(['HTTP/1.1 302 Found', `Location: ${busy}/`, 'Content-Length: 0']));
    });
    const adapter = network({ dispatcher: agent({ connections: 1 }) });
    const holder = requestFor(`${busy}/holder`);
    adapter.fetch(holder).catch(() => {});
    await until(() => seen === 1);
    const redirected = requestFor(`${redirecting}/`);
    adapter.fetch(redirected).catch(() => {});
    await until(() => asked === 1);
    await untilSaid(adapter, redirected, 'silent');
    expect(await meanwhile(adapter, holder)).toBe('answers');
  });

  it('is answered by nobody while the app prepares it, or after it was aborted', async () => {
    let prepare = (_: undefined): void => {};
    const beforeAttempt = (): Promise<undefined> =>
      new Promise((resolve) => {
        prepare = resolve;
      });
    const origin = await serveRaw(() => {});
    const adapter = network({ beforeAttempt });
    const asked = requestFor(`${origin}/`);
    adapter.fetch(asked).catch(() => {});
    expect(await meanwhile(adapter, asked)).toBe('silent');
    prepare(undefined);
    await untilSaid(adapter, asked, 'answers');
    expect(await adapter.probe(asked, AbortSignal.abort())).toBe('silent');
  });
});
