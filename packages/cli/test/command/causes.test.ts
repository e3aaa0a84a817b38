import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { afterEach, describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const otherDigest = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

const faults: readonly [string, () => Promise<readonly string[]>, RegExp][] = [
  [
    'nobody listens',
    async () => [`http://127.0.0.1:${await closedPort()}/f`],
    /connection refused.*is the server running/,
  ],
  [
    'there is no such host',
    async () => ['http://nowhere.invalid/f'],
    /no host of that name|could not be looked up/,
  ],
  [
    'a certificate is self-signed',
    async () => [`${given.server.secureOrigin}/r/f?size=10`],
    /certificate is self-signed.*--cacert FILE/,
  ],
  [
    'TLS is spoken to a server without',
    async () => [`${given.server.origin.replace('http:', 'https:')}/r/f?size=10`],
    /does not speak TLS|wrong version|ssl|packet length/i,
  ],
  [
    'redirects have no end',
    async () => [`${given.server.origin}/r/f?size=10&redirect=30`],
    /redirects to .* after 20 others/,
  ],
  [
    'the digest is another',
    async () => [`${given.server.origin}/r/f?size=10`, '--integrity', otherDigest],
    /does not have the digest/,
  ],
  [
    'the body is cut each time',
    async () => [`${given.server.origin}/r/f?size=1000&cut=0`],
    /ended before the body did|ended the connection|other side closed|terminated/,
  ],
  [
    'the server refuses',
    async () => [`${given.server.origin}/r/f?size=10&status=403`],
    /the server answered 403/,
  ],
];

describe('the cause of a failure', () => {
  it.each(faults)('is told where %s: in one line, in show and in JSON', async (_name, args, said) => {
    const asked = await args();
    const { code, stderr } = await given.cli.run('get', '--retry', '0', '--id', 'failing', ...asked);
    const [line = ''] = stderr.split('\n').filter((text) => text.startsWith('bgfetch: '));
    expect([code, line]).toEqual([1, expect.stringMatching(said)]);
    await given.cli.run('fetch', '--wait', '--retry', '0', '--id', 'failing', ...asked);
    expect((await given.cli.run('show', 'failing')).stdout).toMatch(said);
    const events = await given.cli.events('show', 'failing');
    const file = events.find(({ event }) => event === 'file');
    if (file?.reason === 'fetch-error') {
      expect(file.cause).toEqual(expect.stringMatching(said));
      expect(events[0]?.cause).toBe(file.cause);
    }
  });

  it('is told where a certificate is for another name', async () => {
    const certificate = await makeCertificate();
    const server = createSecureServer(certificate, (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `https://127.0.0.2:${(server.address() as AddressInfo).port}/f`;
    const { stderr } = await given.cli.run('get', '--retry', '0', url);
    expect(stderr).toMatch(/certificate is (for another name|self-signed)/);
  });
});

it('is told of each file of a server where nobody listens, and of what is sent there', async () => {
  const port = await closedPort();
  const urls = ['one', 'two'].map((name) => `http://127.0.0.1:${port}/${name}`);
  const { stderr } = await given.cli.run('get', '--retry', '0', ...urls);
  expect(stderr.match(/^bgfetch: .*connection refused/gm)).toHaveLength(2);
  const sent = await given.cli.run('get', '--retry', '0', '-X', 'PUT', urls[0] ?? '');
  expect(sent.stderr).toMatch(/^bgfetch: .*connection refused/m);
});

describe('a fetch that has failed', () => {
  it('is never told to be saving, and its total is what the server said, or unknown', async () => {
    const url = `${given.server.origin}/r/cut?size=3000000&attempts=cut:1000000|cut:0`;
    const events = await given.cli.events('get', '--retry', '0', url);
    const states = events.flatMap(({ event, state }) => (event === 'progress' ? [state] : []));
    expect(states).not.toContain('saving');
    expect(states.at(-1)).toBe('failure');
    const totals = new Set(events.flatMap(({ event, total }) => (event === 'file' && total ? [total] : [])));
    expect([...totals]).toEqual([3_000_000]);
    const refused = await given.cli.events('get', '--retry', '0', `http://127.0.0.1:${await closedPort()}/f`);
    expect(refused.filter(({ event }) => event === 'progress').at(-1)).toMatchObject({ total: null });
  });
});
