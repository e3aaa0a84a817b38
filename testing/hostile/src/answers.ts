import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { SeededRandom } from '@background-fetch/testing-simulation';

/** What a server does, one after the other. */
export type Step =
  | { readonly kind: 'write'; readonly bytes: Buffer }
  /** Writes so many bytes at a time, each as a packet of its own as far as the machine allows. */
  | { readonly kind: 'drip'; readonly bytes: Buffer; readonly size: number }
  /** Repeats bytes until the client ends the connection, or so many were written. */
  | { readonly kind: 'flood'; readonly bytes: Buffer; readonly most: number }
  | { readonly kind: 'end'; readonly as: 'fin' | 'reset' | 'silence' | 'keep-alive' };

/** What is known of the request that is answered. */
export interface Asked {
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Origins of this server, and one where nobody is. */
  readonly origins: readonly string[];
  readonly path: string;
}

const kibibyte = 1024;
const crlf = '\r\n';

/** A server's answer to a request, as the seed has it. */
export function drawAnswer(random: SeededRandom, asked: Asked): Step[] {
  const draw = pick(random, drawers);
  return draw(random, asked);
}

function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  return choices[random.integer(0, choices.length - 1)] as T;
}

function chance(random: SeededRandom, share: number): boolean {
  return random.next() < share;
}

/** Bytes that don't repeat soon: bodies are parts of them. */
const supply = Buffer.from(
  Array.from({ length: 2 ** 20 }, (_, index) => (index * 48_271 + (index >> 8) * 7) & 255),
);

function bytesOf(random: SeededRandom, size: number): Buffer {
  const start = random.integer(0, supply.length - size);
  return supply.subarray(start, start + size);
}

function sizeOf(random: SeededRandom): number {
  return pick(random, [0, 1, 100, 4 * kibibyte, 65_535, 65_536, random.integer(0, 300 * kibibyte)]);
}

function head(status: string, fields: readonly string[]): Buffer {
  return Buffer.from([status, ...fields, '', ''].join(crlf), 'latin1');
}

function drawEnd(random: SeededRandom): Step {
  return {
    kind: 'end',
    as: pick(random, ['fin', 'fin', 'reset', 'reset', ...Array(12).fill('keep-alive'), 'silence'] as const),
  };
}

/** Fields that decide what a client does, true or not. */
function drawFields(random: SeededRandom, size: number): string[] {
  const number = (): string =>
    pick(random, [
      `${size}`,
      `${size + 1}`,
      `${size - 1}`,
      '0',
      '-1',
      '1e3',
      '0x10',
      '9'.repeat(30),
      '',
      'x',
      `${size}, ${size}`,
    ]);
  const position = (): string => pick(random, ['0', '1', `${size}`, number()]);
  const all = [
    () => `ETag: ${pick(random, ['"a"', '"b"', 'W/"a"', 'a', '""', `"${'e'.repeat(5000)}"`, '"\xff"'])}`,
    () =>
      `Last-Modified: ${pick(random, ['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday', ''])}`,
    () => `Date: ${pick(random, ['Thu, 01 Jan 2026 00:00:00 GMT', 'now'])}`,
    () => `Accept-Ranges: ${pick(random, ['bytes', 'none', 'lines', ''])}`,
    () =>
      `Content-Range: ${pick(random, ['bytes', 'bits'])} ${position()}-${position()}/${pick(random, [number(), '*'])}`,
    () => `Content-Range: bytes */${number()}`,
    () =>
      `Content-Encoding: ${pick(random, ['gzip', 'br', 'deflate', 'zstd', 'identity', 'gzip, br', 'gzip, gzip, gzip, gzip', 'rot13', ''])}`,
    () =>
      `Retry-After: ${pick(random, ['0', '1', '-1', '1e9', '9'.repeat(40), 'Fri, 31 Dec 9999 23:59:59 GMT', 'soon'])}`,
    () => `Cache-Control: ${pick(random, ['immutable', 'no-store', 'max-age=-1', '"'])}`,
    () =>
      `Repr-Digest: ${pick(random, ['sha-256=:AAAA:', 'sha-256=AAAA', 'sha-256=:', `sha-512=:${'A'.repeat(88)}:`, ','])}`,
    () => `Content-Digest: sha-256=:${'A'.repeat(44)}:`,
    () => `Set-Cookie: ${pick(random, ['a=b', 'a', `a=${'b'.repeat(9000)}`, '=; domain=com'])}`,
    () => `Content-Type: ${pick(random, ['multipart/byteranges; boundary=x', 'text/html', ';', '\xe9'])}`,
    () => `Connection: ${pick(random, ['close', 'keep-alive', 'upgrade', 'content-length'])}`,
    () => `Upload-Offset: ${number()}`,
    () => `Upload-Complete: ${pick(random, ['?0', '?1', '1'])}`,
    () => `Location: ${drawPlace(random)}`,
    () => `X-${'x'.repeat(random.integer(1, 3000))}: ${'y'.repeat(random.integer(0, 30_000))}`,
    () =>
      `${pick(random, ['A\0B', 'A B', ':', '', ' folded', '\tfolded', 'Ü'])}: ${pick(random, ['\0', '\x7f', 'é', '\x01'])}`,
  ];
  return Array.from({ length: random.integer(0, 8) }, () => pick(random, all)());
}

/** Where a redirect leads, beside other origins. */
function drawPlace(random: SeededRandom): string {
  return pick(random, [
    '/',
    '',
    '?',
    '#',
    '.',
    '//',
    'http:',
    'http://[',
    'http://127.0.0.1:1/',
    'data:,x',
    'file:///etc/passwd',
    'https://127.0.0.1:1/',
    'javascript:1',
    '/\xe9',
    '/%',
    `/${'a'.repeat(20_000)}`,
    'http://a:b@127.0.0.1:1/',
    'ftp://x/',
  ]);
}

function drawStatus(random: SeededRandom): string {
  const status = pick(random, [
    200,
    200,
    200,
    206,
    206,
    416,
    404,
    403,
    429,
    500,
    502,
    503,
    301,
    302,
    303,
    307,
    308,
    304,
    204,
    205,
    random.integer(100, 999),
    random.integer(0, 9999),
  ]);
  const version = chance(random, 0.95) ? '1.1' : pick(random, ['1.0', '2.0', '0.9', '9.9', '']);
  return `HTTP/${version} ${status}${pick(random, [' OK', '', ' ', ' \xe9', ` ${'x'.repeat(2000)}`])}`;
}

const coders = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };
type Coding = keyof typeof coders;
/** 8 MiB of zeros, which take 8 KiB, in each coding. */
const zeros = Buffer.alloc(8 * 1024 * kibibyte);
const bombs = new Map(Object.entries(coders).map(([coding, code]) => [coding, code(zeros)]));

/** The coded form of a body; of zeros, which becomes a thousand times longer, now and then. */
function drawCoded(random: SeededRandom, body: Buffer): { readonly coding: Coding; readonly coded: Buffer } {
  const coding = pick<Coding>(random, ['gzip', 'br', 'deflate']);
  const bomb = chance(random, 0.1) ? bombs.get(coding) : undefined;
  const coded = bomb ? Buffer.from(bomb) : coders[coding](body.subarray(0, 30 * kibibyte));
  if (chance(random, 0.3) && coded.length > 0) {
    const at = random.integer(0, coded.length - 1);
    coded[at] = (coded[at] ?? 0) ^ 255;
  }
  return { coding, coded: chance(random, 0.3) ? coded.subarray(0, random.integer(0, coded.length)) : coded };
}

function chunked(random: SeededRandom, body: Buffer): Buffer {
  const size = pick(random, [1, 7, 1000, 70_000]);
  const parts: Buffer[] = [];
  const most = size === 1 ? 20_000 : body.length;
  for (let at = 0; at < Math.min(body.length, most); at += size) {
    const part = body.subarray(at, at + size);
    const extension = chance(random, 0.01) ? `;${'e'.repeat(random.integer(0, 20_000))}` : '';
    parts.push(Buffer.from(`${part.length.toString(16)}${extension}${crlf}`), part, Buffer.from(crlf));
  }
  parts.push(
    Buffer.from(
      pick(random, [
        '0\r\n\r\n',
        '0\r\n\r\n',
        '0\r\n\r\n',
        '',
        '0\r\n',
        'g\r\n',
        '-1\r\n',
        'ffffffffffffffffff\r\n',
        '0\r\nTrailer: x\r\n\r\n',
      ]),
    ),
  );
  return Buffer.concat(parts);
}

/** A resource that is served well: so that there is something to resume. */
function drawFair(random: SeededRandom, { method, headers, path }: Asked): Step[] {
  const size = 100_000;
  const body = Buffer.alloc(size, path);
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get('range') ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(size, range?.[2] ? Number(range[2]) + 1 : size);
  const fields = ['ETag: "fair"', 'Accept-Ranges: bytes'];
  if (range && start >= size) {
    return [
      {
        kind: 'write',
        bytes: head('HTTP/1.1 416 No', [...fields, `Content-Range: bytes */${size}`, 'Content-Length: 0']),
      },
      { kind: 'end', as: 'keep-alive' },
    ];
  }
  const part = body.subarray(start, Math.max(start, end));
  const status = range ? 'HTTP/1.1 206 Partial' : 'HTTP/1.1 200 OK';
  if (range) fields.push(`Content-Range: bytes ${start}-${end - 1}/${size}`);
  const first = head(status, [...fields, `Content-Length: ${part.length}`]);
  if (method === 'HEAD')
    return [
      { kind: 'write', bytes: first },
      { kind: 'end', as: 'keep-alive' },
    ];
  const isCut = chance(random, 0.5);
  return [
    { kind: 'write', bytes: first },
    { kind: 'write', bytes: isCut ? part.subarray(0, random.integer(0, part.length)) : part },
    { kind: 'end', as: isCut ? pick(random, ['fin', 'reset']) : 'keep-alive' },
  ];
}

const drawers: readonly ((random: SeededRandom, asked: Asked) => Step[])[] = [
  drawFair,
  drawFair,
  drawFair,
  // fields that say anything, with a body that may fit
  (random) => {
    const body = bytesOf(random, sizeOf(random));
    const length = chance(random, 0.7)
      ? [`Content-Length: ${body.length}`]
      : [`Content-Length: ${random.integer(0, 400_000)}`];
    const fields = [...drawFields(random, body.length), ...(chance(random, 0.9) ? length : [])];
    return [
      { kind: 'write', bytes: head(drawStatus(random), fields) },
      { kind: 'write', bytes: body },
      drawEnd(random),
    ];
  },
  (random) => {
    const body = bytesOf(random, sizeOf(random));
    const fields = [
      ...drawFields(random, body.length),
      `Transfer-Encoding: ${pick(random, ['chunked', 'chunked', 'gzip, chunked', 'x'])}`,
    ];
    return [
      { kind: 'write', bytes: head(drawStatus(random), fields) },
      { kind: 'write', bytes: chunked(random, body) },
      drawEnd(random),
    ];
  },
  (random) => {
    const { coding, coded } = drawCoded(random, bytesOf(random, sizeOf(random)));
    const fields = [
      ...drawFields(random, coded.length),
      `Content-Encoding: ${coding}`,
      `Content-Length: ${coded.length}`,
    ];
    return [
      { kind: 'write', bytes: head('HTTP/1.1 200 OK', fields) },
      { kind: 'write', bytes: coded },
      drawEnd(random),
    ];
  },
  // redirects, to each other, too
  (random, { origins, path }) => {
    const place = chance(random, 0.7)
      ? `${pick(random, origins)}${path}${chance(random, 0.5) ? 'r' : ''}`
      : drawPlace(random);
    const fields = [`Location: ${place}`, 'Content-Length: 0', ...drawFields(random, 0)];
    return [
      { kind: 'write', bytes: head(`HTTP/1.1 ${pick(random, [301, 302, 303, 307, 308])} Go`, fields) },
      drawEnd(random),
    ];
  },
  // nothing that is HTTP
  (random) => [
    {
      kind: 'write',
      bytes: pick(random, [
        bytesOf(random, 3000),
        Buffer.from('\r\n\r\n'),
        Buffer.from('HTTP/1.1'),
        Buffer.from([21, 3, 1, 0, 2, 2, 80]),
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.from('<html>'),
        Buffer.alloc(0),
        Buffer.from('ICY 200 OK\r\n\r\n'),
      ]),
    },
    drawEnd(random),
  ],
  // what costs much, and brings nothing
  (random) => {
    const flood = pick(random, [
      `HTTP/1.1 ${pick(random, [100, 102, 103, 199])} Wait\r\n\r\n`,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      'HTTP/1.1 200 OK\r\n',
    ]);
    const repeated = flood.includes('chunked')
      ? pick(random, ['1\r\nx\r\n', '0\r\n'])
      : flood.endsWith('OK\r\n')
        ? `X-${'f'.repeat(50)}: f\r\n`
        : flood;
    return [
      { kind: 'write', bytes: Buffer.from(flood) },
      { kind: 'flood', bytes: Buffer.from(repeated.repeat(200)), most: 4 * 1024 * kibibyte },
      drawEnd(random),
    ];
  },
  (random, asked) => {
    const whole = Buffer.concat(
      drawFair(random, asked).flatMap((step) => (step.kind === 'write' ? [step.bytes] : [])),
    );
    return [{ kind: 'drip', bytes: whole.subarray(0, 3000), size: random.integer(1, 50) }, drawEnd(random)];
  },
  // several answers to one request, and none
  (random, asked) => [...drawFair(random, asked), ...drawFair(random, asked)],
  (random) => [drawEnd(random)],
];
