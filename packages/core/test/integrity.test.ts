import { expect, test } from 'vitest';
import { parseIntegrity } from '../src/transfer/verify-integrity.ts';

test('the strongest algorithm counts, all its digests do', () => {
  expect(parseIntegrity('sha256-aa== sha512-bb== sha384-cc== sha512-dd==?opt')).toEqual([
    { algorithm: 'sha512', value: 'bb==' },
    { algorithm: 'sha512', value: 'dd==' },
  ]);
});

test('the URL-safe alphabet is that of base64, too', () => {
  expect(parseIntegrity('SHA256-a-b_')).toEqual([{ algorithm: 'sha256', value: 'a+b/' }]);
});

test('what names no known algorithm asks for nothing', () => {
  expect(parseIntegrity('md5-aa== nonsense')).toEqual([]);
  expect(parseIntegrity('')).toEqual([]);
});

test('any number of digests may be named', () => {
  expect(parseIntegrity('sha256-a '.repeat(200_000))).toHaveLength(200_000);
});
