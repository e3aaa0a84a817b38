import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const content = Buffer.from('a text that is worth compressing, '.repeat(40_000));
const archive = gzipSync(content);

/** Servers that say of an archive, or of what is compressed in their store, that it has a content coding, whatever is asked. */
let origin: string;
let requests = 0;
const server = createServer((request, response) => {
  requests++;
  const url = new URL(request.url ?? '', 'http://h/');
  const coding = url.searchParams.get('coding') ?? 'gzip';
  const headers = {
    'content-encoding': coding,
    'content-length': archive.length,
    etag: '"archive"',
    'accept-ranges': 'bytes',
  };
  if (url.searchParams.has('cut') && requests === 1) {
    response.writeHead(200, headers);
    response.write(archive.subarray(0, 2000), () => response.destroy());
    return;
  }
  const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const range =
    from === undefined ? {} : { 'content-range': `bytes ${start}-${archive.length - 1}/${archive.length}` };
  response.writeHead(from === undefined ? 200 : 206, {
    ...headers,
    'content-length': archive.length - start,
    ...range,
  });
  response.end(archive.subarray(start));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('a file that its server says is compressed', () => {
  it.each(['gzip', 'x-gzip'])(
    'is saved as it was sent, with the digest that is published: %s',
    async (coding) => {
      const digest = `sha256-${createHash('sha256').update(archive).digest('base64')}`;
      const { code } = await given.cli.run(
        'get',
        '--integrity',
        digest,
        `${origin}/x.tar.gz?coding=${coding}`,
      );
      expect(code).toBe(0);
      expect((await readFile(join(given.cli.directory, 'x.tar.gz'))).equals(archive)).toBe(true);
    },
  );

  it('is whole after a cut, too', async () => {
    requests = 0;
    expect((await given.cli.run('get', `${origin}/cut.tar.gz?cut=1`)).code).toBe(0);
    expect((await readFile(join(given.cli.directory, 'cut.tar.gz'))).equals(archive)).toBe(true);
    expect(requests).toBeGreaterThan(1);
  });

  it('and is compressed in no such way, fails with that as the reason', async () => {
    const args = ['get', '--compressed', '--retry', '0', `${origin}/page.txt?coding=br`];
    const { code, stderr } = await given.cli.run(...args);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/content coding is broken.*without --compressed/),
    ]);
  });

  it('is another one decoded than as it was sent, whatever header asks for it', async () => {
    const header = ['-H', 'Accept-Encoding: gzip, deflate, br'];
    const url = `${origin}/both.txt`;
    expect((await given.cli.run('fetch', '--wait', '-o', './', ...header, url)).code).toBe(0);
    expect((await given.cli.run('fetch', '--wait', '-o', './', '--compressed', url)).code).toBe(0);
    expect((await readFile(join(given.cli.directory, 'both.txt'))).equals(archive)).toBe(true);
    expect((await readFile(join(given.cli.directory, 'both (1).txt'))).equals(content)).toBe(true);
  });

  it('is decoded where that is asked for', async () => {
    expect((await given.cli.run('get', '--compressed', `${origin}/page.txt`)).code).toBe(0);
    expect((await readFile(join(given.cli.directory, 'page.txt'))).equals(content)).toBe(true);
  });
});
