import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderList } from '../src/model/header-list.ts';
import type { ResponseHead } from '../src/model/record.ts';
import { deserialiseRequest, serialiseRequest } from '../src/serialise/request.ts';
import { deserialiseResponse, serialiseResponse } from '../src/serialise/response.ts';

const name = fc
  .string({ unit: fc.constantFrom(..."aZ09!#$%&'*+-.^_`|~"), minLength: 1, maxLength: 12 })
  .map((text) => `x-${text}`);
// a field's value is bytes; white space around it belongs to nobody
const value = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 20,
  })
  .map((text) => text.replace(/\x7f/g, '').trim());
// empty values of one name are joined by what is white space around a value
const headers: fc.Arbitrary<HeaderList> = fc.uniqueArray(fc.tuple(name, value), {
  maxLength: 6,
  selector: ([field]) => field.toLowerCase(),
});

const init: fc.Arbitrary<RequestInit> = fc.record({
  method: fc.constantFrom('GET', 'get', 'PUT', 'delete', 'x-odd'),
  headers: headers.map((list) => list as [string, string][]),
  mode: fc.constantFrom('cors', 'same-origin'),
  credentials: fc.constantFrom('omit', 'same-origin', 'include'),
  cache: fc.constantFrom('default', 'no-store', 'reload', 'no-cache', 'force-cache'),
  redirect: fc.constantFrom('follow', 'error', 'manual'),
  referrerPolicy: fc.constantFrom('', 'no-referrer', 'unsafe-url'),
  integrity: fc.string({ unit: 'binary', maxLength: 20 }),
});

test('a request is the same after it was stored', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), init, (url, given) => {
      const before = serialiseRequest(new Request(url, given), false, 'https://a.test/page');
      const atRest = JSON.parse(JSON.stringify(before)) as typeof before;
      const after = serialiseRequest(deserialiseRequest(atRest, null), false, 'https://another.test/');
      // undici keeps no referrer of a URL of another origin than its own, which Node has not
      expect({ ...after, referrer: '' }).toEqual({ ...before, referrer: '' });
    }),
    { numRuns: 500 },
  );
});

const head: fc.Arbitrary<ResponseHead> = fc.record({
  // HTTP has three digits, and servers use them all
  status: fc.oneof(fc.constant(0), fc.integer({ min: 200, max: 999 })),
  statusText: value,
  headers,
  url: fc.webUrl(),
  type: fc.constantFrom('basic', 'cors', 'default', 'opaqueredirect'),
  redirected: fc.boolean(),
});

test('a response of any status can be shown, and is the same after it was stored', async () => {
  await fc.assert(
    fc.asyncProperty(head, fc.constantFrom('GET', 'HEAD', 'POST'), async (stored, method) => {
      const shown = deserialiseResponse(stored, method, new Blob(['body']), null);
      const { status, statusText, type, redirected } = stored;
      const expected = { status, statusText, type, redirected, ok: status >= 200 && status <= 299 };
      for (const response of [shown.clone(), shown]) {
        expect(response).toMatchObject(expected);
        expect(serialiseResponse(response)).toEqual({
          ...stored,
          headers: [...new Headers(stored.headers as [string, string][])],
          url: response.url,
        });
        const empty = method === 'HEAD' || [0, 204, 205, 304].includes(status);
        expect(await response.text()).toBe(empty ? '' : 'body');
      }
    }),
    { numRuns: 500 },
  );
});
