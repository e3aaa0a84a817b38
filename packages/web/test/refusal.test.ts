import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isMixedContent, refusal } from '../src/shared/refusal.ts';

/** https://fetch.spec.whatwg.org/#port-blocking */
const blockedPorts = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

describe('the refusal of a URL', () => {
  it('is about exactly the ports that the Fetch standard blocks', () => {
    const refused = Array.from({ length: 65536 }, (_, port) => port).filter((port) =>
      refusal(new URL(`https://app.test:${port}/`)),
    );
    expect(refused).toEqual(blockedPorts);
  });

  it.each(['https://app.test/', 'http://localhost/', 'http://app.test/'])('is null for %s', (url) =>
    expect(refusal(new URL(url))).toBeNull(),
  );

  it.each(['ftp://app.test/', 'data:,a', 'blob:https://app.test/1'])('names the scheme of %s', (url) =>
    expect(refusal(new URL(url))).toContain(new URL(url).protocol),
  );
});

describe('mixed content', () => {
  beforeEach(() => vi.stubGlobal('location', new URL('http://own.test:8080/worker.js')));
  afterEach(() => vi.unstubAllGlobals());

  it.each(['http://app.test/', 'http://localhost.test/', 'http://own.test/', 'http://[::ffff:127.0.0.1]/'])(
    'is what would come from %s',
    (url) => expect(isMixedContent(url)).toBe(true),
  );

  it.each([
    'https://app.test/',
    'http://localhost/',
    'http://a.localhost:8080/',
    'http://127.0.0.1/',
    'http://[::1]/',
    // a browser may be told to take an origin for a secure one
    'http://own.test:8080/file',
  ])('is not what comes from %s', (url) => expect(isMixedContent(url)).toBe(false));
});
