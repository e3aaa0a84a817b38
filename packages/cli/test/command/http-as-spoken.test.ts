import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawResponse, useRawServers } from '../../../node/test/network/raw-server.ts';
import { useCommandLine } from './given.ts';

const given = useCommandLine();
const serveRaw = useRawServers();

const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) >> 5));
const chunks = [content.subarray(0, 1), content.subarray(1, 65_537), content.subarray(65_537)];
const told = rawResponse(['HTTP/1.1 100 Continue']) + rawResponse(['HTTP/1.1 103 Early Hints', 'Link: </a>']);
const fields = Array.from({ length: 200 }, (_, at) => `X-Field-${at}: ${'a'.repeat(1024)}`);
const padded = chunks.map(
  (chunk) => `${chunk.length.toString(16).padEnd(8)}\r\n${chunk.toString('latin1')}\r\n`,
);

/** Each of these alone undici refuses, unless it is told otherwise or has it put in order. */
const servers = [
  ['tells of a 100 that nobody asked for', told, [], content.toString('latin1'), `${content.length}`],
  ['has 200 KiB of fields', '', fields, content.toString('latin1'), `${content.length}`],
  ['pads the sizes of its chunks with blanks', '', [], `${padded.join('')}0       \r\n\r\n`, null],
  ['does all of that', told, fields, `${padded.join('')}0       \r\n\r\n`, null],
] as const;

describe('the command, against a server that', () => {
  const serve = (before: string, more: readonly string[], body: string, length: string | null) => {
    const framing = length === null ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
    return serveRaw(before + rawResponse(['HTTP/1.1 200 OK', framing, ...more], body));
  };

  it.each(servers)('%s, gets its file', async (_name, before, more, body, length) => {
    const origin = await serve(before, more, body, length);
    const { code, stdout, stderr } = await given.cli.run('get', `${origin}/spoken.bin`);
    const path = join(given.cli.directory, 'spoken.bin');
    expect([code, stdout, stderr.includes('bgfetch:')]).toEqual([0, `${path}\n`, false]);
    expect(content.equals(await readFile(path))).toBe(true);
  });

  it('does all of that, fetches, shows and saves', async () => {
    const [, before, more, body, length] = servers[3];
    const origin = await serve(before, more, body, length);
    const { code } = await given.cli.run('fetch', '--wait', '--id', 'spoken', `${origin}/spoken.bin`);
    expect(code).toBe(0);
    expect(await given.cli.events('show', 'spoken')).toMatchObject([
      { event: 'fetch', id: 'spoken', state: 'success' },
      { event: 'file', status: 200, downloaded: content.length },
    ]);
    expect((await given.cli.run('save', 'spoken', '--output', 'saved.bin')).code).toBe(0);
    expect(content.equals(await readFile(join(given.cli.directory, 'saved.bin')))).toBe(true);
  });
});
