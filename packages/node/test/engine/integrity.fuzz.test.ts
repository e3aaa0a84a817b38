import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verify } from '../../src/host/integrity.ts';

const weakestFirst = ['sha256', 'sha384', 'sha512'] as const;

async function* inParts(body: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += size) yield body.subarray(at, at + size);
}

const item = fc.record({
  algorithm: fc.constantFrom(...weakestFirst),
  /** Which body it is the digest of. */
  of: fc.constantFrom('this', 'another'),
  encoding: fc.constantFrom('base64' as const, 'base64url' as const),
  upper: fc.boolean(),
  option: fc.constantFrom('', '?', '?a=b?c'),
});
const noise = fc.constantFrom(
  '',
  'md5-AAAA',
  'sha256-',
  'sha1-AAAA',
  'sha256-A*',
  'sha512',
  '-',
  'sha256-A===',
);
const space = fc.constantFrom(' ', '\t', '\n ', '\r\f');

test('integrity lets a body pass if, and only if, it has a digest of the strongest algorithm named', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 4 }),
      fc.array(noise, { maxLength: 3 }),
      space,
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (items, rest, gap, body, partSize) => {
        const tokens = items.map(({ algorithm, of, encoding, upper, option }) => {
          const hash = createHash(algorithm)
            .update(body)
            .update(of === 'this' ? '' : 'x');
          return `${upper ? algorithm.toUpperCase() : algorithm}-${hash.digest(encoding)}${option}`;
        });
        const strongest = weakestFirst
          .filter((name) => items.some(({ algorithm }) => algorithm === name))
          .at(-1);
        const counting = items.filter(({ algorithm }) => algorithm === strongest);
        const expected = counting.length === 0 || counting.some(({ of }) => of === 'this');
        const integrity = [...rest, ...tokens, ...rest].join(gap);
        expect(await verify(integrity, inParts(body, partSize))).toBe(expected);
      },
    ),
    { numRuns: 500 },
  );
});
