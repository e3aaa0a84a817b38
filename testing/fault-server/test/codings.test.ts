import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { expectedSha256, fillBody } from '../src/index.ts';
import { askRaw, bytesOf, expectedBytes, useFaultServer } from './given.ts';

const server = useFaultServer();
const size = 100_000;
const ask = async (target: string, ...headers: string[]) => {
  const { head, body } = await askRaw(server().origin, target, [...headers, 'Connection: close']);
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? null;
  return { status: Number(head.split(' ')[1]), header, body };
};

test.each([
  ['random', false],
  ['repetitive', true],
] as const)('ranges may be ranges of the coded bytes: %s content', async (content, shrinks) => {
  const target = `/r/coded-${content}?size=${size}&content=${content}&encoding=gzip&ranges=coded`;
  const whole = await ask(target);
  const coded = whole.body;
  expect([whole.status, whole.header('Content-Encoding')]).toEqual([200, 'gzip']);
  expect(whole.header('Content-Length')).toBe(`${coded.length}`);
  expect(coded.length < size).toBe(shrinks);

  const rest = await ask(target, 'Range: bytes=500-');
  expect([rest.status, rest.header('Content-Encoding')]).toEqual([206, 'gzip']);
  expect(rest.header('Content-Range')).toBe(`bytes 500-${coded.length - 1}/${coded.length}`);
  expect(rest.header('ETag')).toBe(whole.header('ETag'));

  const body = gunzipSync(Buffer.concat([coded.subarray(0, 500), rest.body]));
  const digest = createHash('sha256').update(body).digest('hex');
  expect(digest).toBe(await expectedSha256({ key: `coded-${content}`, version: 1, size, content }));
});

test('a whole range of the coded bytes is coded, too', async () => {
  const first = await ask(`/r/coded-first?size=${size}&encoding=gzip&ranges=coded`, 'Range: bytes=0-');
  expect([first.status, first.header('Content-Encoding')]).toEqual([206, 'gzip']);
  expect(new Uint8Array(gunzipSync(first.body))).toEqual(expectedBytes('coded-first', 1, 0, size));
});

test('a client that decodes gets the plain bytes of what is coded at rest', async () => {
  const target = `${server().origin}/r/coded-decoded?size=${size}&encoding=gzip&ranges=coded`;
  expect(await bytesOf(await fetch(target))).toEqual(expectedBytes('coded-decoded', 1, 0, size));
  await fetch(`${target}&version=2`).then(bytesOf);
  expect(await bytesOf(await fetch(`${target}&version=2`))).toEqual(
    expectedBytes('coded-decoded', 2, 0, size),
  );
});

test('a range beyond the coded bytes is beyond the end, though not beyond the plain ones', async () => {
  const target = `/r/coded-end?size=${size}&content=repetitive&encoding=gzip&ranges=coded`;
  const { length } = (await ask(target)).body;
  const beyond = await ask(target, `Range: bytes=${length}-`);
  expect([beyond.status, beyond.header('Content-Range')]).toEqual([416, `bytes */${length}`]);
});

test('one strong ETag may stand for a coded whole and for plain ranges', async () => {
  const target = `/r/coded-once?size=${size}&encoding=gzip`;
  const whole = await ask(target);
  const part = await ask(target, 'Range: bytes=5-9');
  expect([whole.header('Content-Encoding'), part.header('Content-Encoding')]).toEqual(['gzip', null]);
  expect(part.header('ETag')).toBe(whole.header('ETag'));
  expect(new Uint8Array(part.body)).toEqual(expectedBytes('coded-once', 1, 5, 10));
});

test('repetitive bytes are the same from any offset, differ between versions, and compress well', () => {
  const bytes = (version: number, start: number, end: number) => {
    const filled = new Uint8Array(end - start);
    fillBody(filled, 'repetitive', version, start, 'repetitive');
    return filled;
  };
  const whole = bytes(1, 0, 200_000);
  for (const start of [1, 63, 64, 65_535, 131_073]) {
    expect(bytes(1, start, start + 1001)).toEqual(whole.subarray(start, start + 1001));
  }
  expect(bytes(2, 0, 64)).not.toEqual(whole.subarray(0, 64));
  expect(bytes(1, 64, 128)).not.toEqual(whole.subarray(0, 64));
  expect(gzipSync(whole).length).toBeLessThan(whole.length / 5);
});
