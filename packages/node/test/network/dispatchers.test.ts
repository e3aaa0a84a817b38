import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { Agent as AgentOfUndici6 } from 'undici-6';
import { afterEach, describe, expect, it } from 'vitest';
import { openBackgroundFetch } from '../../src/index.ts';
import { bytesOf, expectedBytes, requestFor, useFaultServer, useNetworks } from './given.ts';

const server = useFaultServer();
const network = useNetworks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** A proxy that tunnels, and tells where to. */
async function startProxy(): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const sockets = new Set<Duplex>();
  const proxy = createServer();
  proxy.on('connect', (request: IncomingMessage, client: Duplex) => {
    const [host = '', port = ''] = (request.url ?? '').split(':');
    tunnels.push(`${host}:${port}`);
    const target: Socket = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
  const address = proxy.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, tunnels };
}

describe('a dispatcher of the app', () => {
  it('may be a proxy', async () => {
    const proxy = await startProxy();
    const dispatcher = new ProxyAgent({ uri: proxy.url, proxyTunnel: true });
    ends.push(() => dispatcher.destroy());
    const response = await network({ dispatcher }).fetch(
      requestFor(`${server().origin}/r/proxied?size=2000000`),
    );
    expect(Buffer.from(await bytesOf(response)).equals(expectedBytes('proxied', 1, 0, 2_000_000))).toBe(true);
    expect(proxy.tunnels).toEqual([new URL(server().origin).host]);
  });

  it('may trust a certificate authority of its own', async () => {
    const url = `${server().secureOrigin}/r/secure?size=2000000`;
    await expect(network().fetch(requestFor(url))).rejects.toThrow(/certificate/);
    const dispatcher = new Agent({ connect: { ca: server().certificate } });
    ends.push(() => dispatcher.destroy());
    const response = await network({ dispatcher }).fetch(requestFor(url));
    expect(Buffer.from(await bytesOf(response)).equals(expectedBytes('secure', 1, 0, 2_000_000))).toBe(true);
  });

  it('may rewrite what it hands on', async () => {
    const agent = new Agent();
    ends.push(() => agent.destroy());
    const dispatcher = agent.compose(
      (dispatch) => (options, handler) => dispatch({ ...options, path: '/r/rewritten?size=10' }, handler),
    );
    const response = await network({ dispatcher }).fetch(
      requestFor(`${server().origin}/r/elsewhere?size=20`),
    );
    expect((await bytesOf(response)).byteLength).toBe(10);
  });

  it('may put our requests behind others on one connection: they disturb none of these', async () => {
    const body = 'foreign'.repeat(2);
    const pipelined = createTcpServer((connection) => {
      let requests = 0;
      connection
        .on('error', () => {})
        .on('data', (bytes) => {
          for (const [, path] of `${bytes}`.matchAll(/^GET (\S+)/gm)) {
            requests++;
            if (path === '/foreign')
              connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\nforeign`);
            // the rest comes once the next request is there
            else if (path === '/ours')
              connection.write('foreignHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nours');
            else connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${requests}`);
          }
        });
    });
    await new Promise<void>((resolve) => pipelined.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => pipelined.close(resolve)));
    const origin = `http://127.0.0.1:${(pipelined.address() as AddressInfo).port}`;
    const dispatcher = new Agent({ connections: 1, pipelining: 4 });
    ends.push(() => dispatcher.destroy());
    const adapter = network({ dispatcher });
    await (await dispatcher.request({ origin, path: '/warm', method: 'GET' })).body.text();
    const foreign = await dispatcher.request({ origin, path: '/foreign', method: 'GET' });
    const ours = await adapter.fetch(requestFor(`${origin}/ours`));
    expect(await foreign.body.text()).toBe(body);
    expect(Buffer.from(await bytesOf(ours)).toString()).toBe('ours');
    // and all of them are over: it can be listened to
    const next = await adapter.fetch(requestFor(`${origin}/next`));
    expect(Buffer.from(await bytesOf(next)).toString()).toBe('4');
  });

  it('of an undici whose dispatchers call other handlers is refused when the engine is opened', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bgfetch-dispatcher-'));
    ends.push(() => rm(directory, { recursive: true }));
    const older = new AgentOfUndici6();
    ends.push(() => older.destroy());
    const open = (dispatcher: unknown) =>
      openBackgroundFetch({ directory, dispatcher: dispatcher as Dispatcher }).then((engine) =>
        engine.close(),
      );
    await expect(open(older)).rejects.toThrow(/^"dispatcher" is of undici 6 or older/);
    await expect(open({})).rejects.toThrow(/it has no dispatch\(\)/);
    const agent = new Agent();
    ends.push(() => agent.destroy());
    await open(agent);
    await open(agent.compose((dispatch) => dispatch));
  });

  it('is not closed with the network', async () => {
    const dispatcher = new Agent();
    ends.push(() => dispatcher.destroy());
    await network({ dispatcher }).close();
    expect(dispatcher.closed).toBe(false);
  });
});
