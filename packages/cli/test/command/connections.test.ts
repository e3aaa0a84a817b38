import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { afterEach, describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

interface Proxy {
  readonly url: string;
  /** `GET http://…` and `CONNECT host:port`, with the credentials that came with them */
  readonly asked: string[];
}

/** A proxy as they are: tunnels for https:, and for http: requests with the whole URL. */
async function startProxy(): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push([method, url, headers['proxy-authorization']].filter(Boolean).join(' '));
  };
  const proxy = createServer((incoming, response) => {
    note(incoming);
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const forwarded = request(incoming.url ?? '', { method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(forwarded);
  });
  proxy.on('connect', (incoming: IncomingMessage, client: Duplex) => {
    note(incoming);
    const { hostname, port } = new URL(`http://${incoming.url}`);
    const target = connect(Number(port), hostname, () => {
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
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

/** Runs `bgfetch get` while a daemon runs that knows nothing of this environment. */
async function get(environment: Record<string, string>, ...args: string[]): Promise<number | null> {
  await given.cli.run('daemon', 'start');
  const { code, stderr } = await given.cli.start(['get', '--retry', '0', ...args], environment).finished;
  if (code !== 0) expect(stderr).toMatch(/^bgfetch: /m);
  return code;
}

const plain = (key: string): string => `${given.server.origin}/r/${key}?size=1000`;
const secure = (key: string): string => `${given.server.secureOrigin}/r/${key}?size=1000`;

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(given.cli.directory, name);
  await writeFile(path, text);
  return path;
}

describe('a proxy', () => {
  it.each([
    ['http_proxy', 'http_proxy'],
    ['HTTP_PROXY', 'HTTP_PROXY'],
    ['ALL_PROXY', 'ALL_PROXY'],
  ])('is that of %s of the command, for http:', async (_name, variable) => {
    const proxy = await startProxy();
    expect(await get({ [variable]: proxy.url }, plain('one'))).toBe(0);
    expect(proxy.asked).toEqual([`GET ${plain('one')}`]);
    // the next command has another environment
    expect(await get({}, plain('two'))).toBe(0);
    expect(proxy.asked).toHaveLength(1);
  });

  it('for http: alone is not one for https:', async () => {
    const proxy = await startProxy();
    expect(await get({ http_proxy: proxy.url }, '--insecure', secure('direct'))).toBe(0);
    expect(proxy.asked).toEqual([]);
  });

  it('for https: gets tunnels, with its own credentials', async () => {
    const proxy = await startProxy();
    const url = proxy.url.replace('//', '//user:pass@');
    expect(await get({ https_proxy: url }, '--insecure', secure('tunnelled'))).toBe(0);
    const { host } = new URL(given.server.secureOrigin);
    expect(proxy.asked[0]).toBe(`CONNECT ${host} Basic ${btoa('user:pass')}`);
  });

  it('is left out for what NO_PROXY names, and given by --proxy whatever the environment says', async () => {
    const [inherited, named] = [await startProxy(), await startProxy()];
    const environment = { http_proxy: inherited.url, no_proxy: 'example.com,localhost,127.0.0.1' };
    expect(await get(environment, plain('left-out'))).toBe(0);
    expect(await get(environment, '--proxy', named.url, plain('named'))).toBe(0);
    expect(await get({ http_proxy: inherited.url }, '--proxy', '', plain('none'))).toBe(0);
    expect([inherited.asked, named.asked]).toEqual([[], [`GET ${plain('named')}`]]);
  });

  it('that can be none is refused, without the password in it', async () => {
    const { code, stderr } = await given.cli.run('get', '--proxy', 'ftp://u:secret@p/', plain('x'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--proxy is no URL of a proxy')]);
    expect(stderr).not.toContain('secret');
  });
});

describe('a certificate', () => {
  it('is checked, whatever was said when the daemon was started', async () => {
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect((await given.cli.start(['daemon', 'start'], environment).finished).code).toBe(0);
    expect((await given.cli.run('get', '--retry', '0', secure('checked'))).code).toBe(1);
    expect(await get(environment, secure('unchecked'))).toBe(0);
    expect((await given.cli.run('get', '--retry', '0', secure('checked'))).code).toBe(1);
  });

  it('is trusted by --cacert, --insecure and NODE_EXTRA_CA_CERTS, of this command alone', async () => {
    const ca = await fileOf('ca.pem', given.server.certificate);
    expect(await get({}, '--cacert', ca, secure('named'))).toBe(0);
    expect(await get({}, '-k', secure('insecure'))).toBe(0);
    expect(await get({ NODE_EXTRA_CA_CERTS: ca }, secure('extra'))).toBe(0);
    expect(await get({}, secure('nobody'))).toBe(1);
  });

  it('of the client is shown', async () => {
    const [ours, theirs] = [await makeCertificate(), await makeCertificate()];
    const server = createSecureServer(
      { ...theirs, ca: ours.cert, requestCert: true, rejectUnauthorized: true },
      (_request, response) => response.end('for you'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/mine`;
    const [cert, key] = [await fileOf('cert.pem', ours.cert), await fileOf('key.pem', ours.key)];
    expect(await get({}, '-k', url)).toBe(1);
    expect(await get({}, '-k', '--cert', cert, '--key', key, url)).toBe(0);
    const both = await fileOf('both.pem', `${ours.cert}\n${ours.key}`);
    expect(await get({}, '-k', '--cert', both, '-o', 'again', url)).toBe(0);
  });

  it('that is no file, or none of PEM, is refused before anything is sent', async () => {
    const empty = await fileOf('empty.pem', 'nothing');
    for (const [args, said] of [
      [['--cacert', 'missing.pem'], /--cacert missing.pem can't be read/],
      [['--cert', empty], /--cert .*empty.pem is no PEM file/],
      [['--key', empty], /--key belongs to a --cert/],
    ] as const) {
      const { code, stderr } = await given.cli.run('get', ...args, secure('x'));
      expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    }
  });
});
