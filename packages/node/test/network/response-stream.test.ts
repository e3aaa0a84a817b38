import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ResponseStream } from '../../src/network/http1/response-stream.ts';

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** What is handed on of a response that comes in these parts. */
function handedOn(parts: readonly string[], written = 0): string {
  let sent = 0;
  const stream = new ResponseStream(() => sent);
  stream.expect('GET');
  sent = written;
  return parts.map((part) => stream.take(Buffer.from(part, 'latin1')).toString('latin1')).join('');
}

/** The body of a response in chunks, and how many there are. */
function dechunk(response: string): { readonly body: string; readonly count: number } {
  let body = '';
  let count = 0;
  for (let at = head.length; ; count++) {
    const lineEnd = response.indexOf('\r\n', at);
    const size = Number.parseInt(response.slice(at, lineEnd), 16);
    if (size === 0) return { body, count };
    body += response.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

it('joins many small chunks into one', () => {
  const { body, count } = dechunk(handedOn([`${head}${'1\r\nx\r\n'.repeat(5000)}0\r\n\r\n`]));
  expect(body).toBe('x'.repeat(5000));
  expect(count).toBeLessThan(20);
});

it('hands on the same body, whatever chunks it comes in, and however they are cut', () => {
  const byte = fc.nat(255).map((code) => String.fromCharCode(code));
  const chunk = (maxLength: number) => fc.string({ unit: byte, minLength: 1, maxLength });
  const chunks = fc.oneof(
    fc.array(chunk(3), { maxLength: 100, size: 'max' }),
    fc.array(chunk(1500), { maxLength: 30, size: 'max' }),
  );
  fc.assert(
    fc.property(chunks, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (data, lengths) => {
      const framed = data.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`);
      const response = `${head}${framed.join('')}0\r\n\r\n`;
      const parts: string[] = [];
      for (let at = 0; at < response.length; ) {
        const length = lengths[parts.length % lengths.length] as number;
        parts.push(response.slice(at, at + length));
        at += length;
      }
      expect(dechunk(handedOn(parts)).body).toBe(data.join(''));
      expect(dechunk(handedOn([response])).body).toBe(data.join(''));
    }),
    { numRuns: 1000 },
  );
});

it('bears a hundred interim responses, and more to an upload that goes on', () => {
  const told = (count: number, written = 0): string =>
    handedOn([`${'HTTP/1.1 102 Wait\r\n\r\n'.repeat(count)}${head}0\r\n\r\n`], written);
  expect(told(100)).toContain('200 OK');
  expect(() => told(200)).toThrow('interim');
  expect(told(200, 2 ** 20)).toContain('200 OK');
});
