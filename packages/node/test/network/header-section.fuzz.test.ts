import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tidySection } from '../../src/network/http1/header-section.ts';

const statusLine = fc.oneof(
  { arbitrary: fc.constant('HTTP/1.1 200 OK'), weight: 3 },
  fc.constantFrom(
    ...[
      'HTTP/1.1 200',
      'HTTP/1.1 206 ',
      'HTTP/1.0 200 OK',
      'HTTP/1.1 204 No',
      'HTTP/1.1 304 Not',
      'HTTP/1.1 100 Go',
    ],
    ...[
      'HTTP/1.1  200 OK',
      'HTTP/1.1 20 OK',
      'HTTP/2 200',
      'HTTP/1.1 200 O\x01K',
      'HTTP/1.1 200 caf\xe9',
      'HTTP/1.1 101 S',
    ],
  ),
);
const value = fc.constantFrom(
  ...[
    '2',
    ' 2',
    ' 2 ',
    '  2',
    ' 02',
    ' 2, 2',
    ' 3',
    ' +2',
    '',
    ' 0',
    ' 9007199254740993',
    ' chunked',
    ' Chunked',
  ],
  ...[' identity', ' gzip, chunked', ' text', ' \xe9', ' a\x01', ' a\rb', ' a\tb', ' a:b', ' \x7f', ' a\0'],
);
const name = fc.constantFrom(
  ...[
    'Content-Length',
    'content-length',
    'Transfer-Encoding',
    'transfer-encoding',
    'ETag',
    'X-Content-Length',
  ],
  ...['Content-Length ', 'Content\x01-Length', 'A B', '', ' Folded', 'Caf\xe9'],
);
const framing = fc.constantFrom('Content-Length: 2', 'content-length:0', 'Transfer-Encoding: chunked');
const field = fc.oneof(
  { arbitrary: framing, weight: 2 },
  { arbitrary: fc.constantFrom('ETag: "a"', 'X-Any:\tthing', 'Date: now'), weight: 2 },
  fc.tuple(name, value).map((both) => both.join(':')),
  fc.constantFrom('no field', '\tfolded'),
);
const lineEnd = fc.oneof({ arbitrary: fc.constant('\r\n'), weight: 20 }, fc.constantFrom('\n', '\r\r\n'));
const line = fc.tuple(field, lineEnd).map((parts) => parts.join(''));

function read(section: string, method: string): unknown {
  try {
    const { text, ...rest } = tidySection(section, method);
    return { ...rest, isChanged: text !== null };
  } catch (error) {
    return (error as Error).message;
  }
}

test('a header section is read alike, whether it is short enough to be looked at as a whole or not', () => {
  const padding = `X-Padding: ${'a'.repeat(10_000)}\r\n`;
  let understood = 0;
  const lines = fc.array(line, { maxLength: 4 });
  const method = fc.constantFrom('GET', 'POST', 'HEAD');
  const property = fc.property(statusLine, lines, lineEnd, method, (first, fields, end, asked) => {
    const section = (padded: string): string => `${first}\r\n${fields.join('')}${padded}${end}`;
    const short = read(section(''), asked);
    expect(short).toEqual(read(section(padding), asked));
    if (typeof short === 'object') understood++;
  });
  fc.assert(property, { numRuns: 20_000 });
  expect(understood).toBeGreaterThan(1000);
});
