import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIntegrity } from '../src/transfer/verify-integrity.ts';

describe('integrity', () => {
  test('of any text gives digests of one algorithm, and never throws', () => {
    const text = fc.string({
      unit: fc.constantFrom('sha256-', 'SHA512-', 'a', '=', '?', ' ', '\n', '\0', '/', 'é'),
    });
    fc.assert(
      fc.property(text, (integrity) => {
        const digests = parseIntegrity(integrity);
        expect(new Set(digests.map(({ algorithm }) => algorithm)).size).toBeLessThanOrEqual(1);
        for (const { value } of digests) expect(value).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('of a million characters is read in time that grows with its length', () => {
    for (const part of ['sha256-a ', 'sha256-a', 'sha512-?', ' ', '\r', '?', '=', '-', 'sha256-a=']) {
      const { length } = parseIntegrity(part.repeat(300_000));
      if (part.endsWith('a ')) expect(length).toBe(300_000);
      else expect(length).toBeLessThanOrEqual(1);
    }
  });
});
