import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCommand } from '../src/hosts/cli-host.ts';
import type { Host, Served } from '../src/hosts/host.ts';

/** What the server was asked for a content coding with, by path. */
const asked = new Map<string, string | undefined>();
let server: Server;
let served: Served;
const hosts: Host[] = [];

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    asked.set(url, headers['accept-encoding'] as string | undefined);
    if (url === '/missing') response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Length': url.length }).end(url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  served = { origin, page: '', coded: false, certificate: '', steeredFrom: '' };
});

afterAll(async () => {
  for (const host of hosts) await host.close();
  server.close();
});

async function open(differing: Partial<Served> = {}): Promise<Host> {
  const host = await openCommand({ ...served, ...differing });
  hosts.push(host);
  return host;
}

describe('the command as a host', () => {
  it('tells how a fetch ended, and what of each file is on disk', async () => {
    const urls = ['/a.txt?case=x', '/longer.txt'].map((path) => served.origin + path);
    const host = await open();
    const ending = await host.download('two', urls);
    expect(ending).toEqual({
      result: 'success',
      failureReason: '',
      downloaded: 24,
      bodies: urls.map((url) => {
        const body = url.slice(served.origin.length);
        const sha256 = createHash('sha256').update(body).digest('hex');
        return { url, status: 200, size: body.length, sha256 };
      }),
    });
  });

  it('fetches the same again, into a place of its own', async () => {
    const url = `${served.origin}/again.txt`;
    const host = await open();
    for (const id of ['first', 'second']) expect((await host.download(id, [url])).result).toBe('success');
  });

  it('tells a failure by its reason, and says that, and what the daemon wrote', async () => {
    const host = await open();
    host.said();
    const ending = await host.download('missing', [`${served.origin}/missing`]);
    expect(ending).toMatchObject({ result: 'failure', failureReason: 'bad-status' });
    expect(ending.bodies).toEqual([expect.objectContaining({ error: expect.stringContaining('ENOENT') })]);
    const said = host.said().join('\n');
    expect(said).toMatch(/missing: bad-status/);
    expect(said).toMatch(/ Daemon of version/);
  });

  it('rejects where the command ends before its fetch does', async () => {
    const host = await open();
    await expect(host.download('none', ['ftp://127.0.0.1/file'])).rejects.toThrow(/exit code 2/);
  });

  it('asks for a content coding where the site has one', async () => {
    const [plain, coded] = [await open(), await open({ coded: true })];
    await plain.download('plain', [`${served.origin}/plain`]);
    await coded.download('coded', [`${served.origin}/coded`]);
    expect(asked.get('/plain')).toBe('identity');
    expect(asked.get('/coded')).toBe('gzip, deflate, br');
  });
});
