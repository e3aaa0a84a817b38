import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Agent, ProxyAgent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
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

  it('is not closed with the network', async () => {
    const dispatcher = new Agent();
    ends.push(() => dispatcher.destroy());
    await network({ dispatcher }).close();
    expect(dispatcher.closed).toBe(false);
  });
});
