import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rawResponse, useRawServers } from '../../../node/test/network/raw-server.ts';
import { jsonLine } from '../../src/daemon/json-line.ts';
import { CommandLine, type Finished } from '../command/command-line.ts';

/** Escapes of 7 and 8 bits, line ends of all kinds, and what turns the direction of text. */
const hostile = 'x\u001b[31m\u009b2J\u0007\r\n\u0085\u2028\u2029\u202e\u2066\u0000y'.replace('\0', '');
const escaped = encodeURIComponent(hostile);
const harmful = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const serveRaw = useRawServers();
let cli: CommandLine;
let origin: string;

beforeAll(async () => {
  cli = await CommandLine.make();
});
afterAll(() => cli.remove());
beforeEach(async () => {
  origin = await serveRaw((socket, head) => {
    const missing = head.startsWith('GET /missing');
    const lines = [
      missing ? 'HTTP/1.1 404 Gone\u009b2J' : 'HTTP/1.1 200 OK',
      'Content-Length: 5',
      'ETag: "1"',
      'Connection: close',
      `Content-Disposition: attachment; filename*=utf-8''${escaped}`,
    ];
    socket.end(rawResponse(lines, 'hello'), 'latin1');
  });
});

function expectHarmless({ stdout, stderr }: Finished): void {
  for (const line of `${stdout}${stderr}`.split('\n')) expect(line).not.toMatch(harmful);
}

function expectOneObjectALine({ stdout }: Finished): void {
  expect(stdout).not.toMatch(/[\u0085\u2028\u2029\u009b\u202e]/);
  const lines = stdout.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/).filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ event: expect.any(String) });
}

describe('ids, titles, URLs and names that would steer a terminal', () => {
  it('are harmless in whatever a command prints, and in the log', async () => {
    const urls = ['film', 'missing'].map((name) => `${origin}/${name}/${escaped}`);
    const started = await cli.run(
      'fetch',
      '--wait',
      '--id',
      hostile,
      '--title',
      hostile,
      '--retry',
      '0',
      ...urls,
    );
    expect(started.code).toBe(1);
    expect(started.stdout).toContain('x\\u{1b}[31m\\u{9b}2J');
    const printed = await Promise.all([
      cli.run('list'),
      cli.run('show', hostile),
      cli.run('watch', hostile),
      cli.run('save', hostile, '--output', `${hostile}/`),
      cli.run('show', `no ${hostile}`),
      cli.run('get', `${hostile}://`),
      cli.run('list', `--${hostile}`),
      cli.run(hostile),
      cli.run('get', '--jobs', hostile, urls[0] ?? ''),
    ]);
    for (const one of [started, ...printed]) expectHarmless(one);
    expect(printed.map(({ code }) => code)).toEqual([0, 0, 1, 0, 2, 2, 2, 2, 2]);
    const log = await readFile(join(cli.store, 'daemon', 'log'), 'utf8');
    for (const line of log.split('\n')) expect(line).not.toMatch(harmful);
  });

  it('leave each line of JSON one object, for readers that know other line ends as well', async () => {
    const id = `json ${hostile}`;
    const url = `${origin}/film/${escaped}`;
    const started = await cli.run('fetch', '--wait', '--json', '--id', id, '--title', hostile, url);
    const printed = await Promise.all([
      cli.run('list', '--json'),
      cli.run('show', '--json', id),
      cli.run('watch', '--json', id),
      cli.run('save', '--json', id, '--output', 'json/'),
      cli.run('show', '--json', `no ${hostile}`),
    ]);
    for (const one of [started, ...printed]) expectOneObjectALine(one);
    const titles = printed[1]?.stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line).title] : []));
    expect(titles).toContain(hostile);
  });
});

it('a line of JSON is the value, whatever characters that has', () => {
  const text = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
  expect(JSON.parse(jsonLine({ text, [hostile]: '\ud800' }))).toEqual({ text, [hostile]: '\ud800' });
  expect(jsonLine(text)).not.toMatch(harmful);
});
