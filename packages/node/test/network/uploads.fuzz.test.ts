import type { HeaderList } from '@background-fetch/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arrival } from '../../src/network/follow-redirects.ts';
import { combineHeaders, headerOf } from '../../src/network/header-list.ts';
import { continueUpload } from '../../src/network/uploads/continue-upload.ts';
import { ietfProtocol } from '../../src/network/uploads/ietf-upload.ts';
import { sendUpload } from '../../src/network/uploads/send-upload.ts';
import { tusProtocol } from '../../src/network/uploads/tus-upload.ts';
import type { UploadPart, UploadRequest } from '../../src/network/uploads/upload.ts';
import { UploadLedger } from '../../src/network/uploads/upload-ledger.ts';
import { decodeUploadState, encodeUploadState } from '../../src/network/uploads/upload-state.ts';

const size = 100;
const offset = fc.oneof(
  fc.nat(size).map(String),
  fc.constantFrom('', '-1', '101', '1e1', ' 5', '5, 5', '٣', '9007199254740993', '0x10', '5.0'),
);
const complete = fc.constantFrom('?1', '?0', '1', 'true', '?1, ?1', '');
const limit = fc.constantFrom(
  ...[
    'max-append-size=7',
    'max-size=9, max-append-size=0',
    'max-append-size="7"',
    'x;max-append-size=3',
    '=,;',
  ],
  ...['max-append-size=999999999999999999999', 'max-append-size=-1'],
);
const location = fc.constantFrom(
  ...[
    '/u/1',
    'https://b.test/u',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:,x',
    'http://user:pw@b.test/',
  ],
  ...['http://[', '//b.test:1/x', '', 'ftp://b.test/'],
);

function field(name: string, values: fc.Arbitrary<string>): fc.Arbitrary<HeaderList> {
  return fc
    .array(values, { maxLength: 1 })
    .map((given) => given.map((value): [string, string] => [name, value]));
}

/** Whatever a server may answer. */
const answer = fc.record({
  status: fc.constantFrom(200, 201, 204, 400, 404, 409, 410, 500, 503),
  headers: fc
    .tuple(
      field('upload-offset', offset),
      field('upload-complete', complete),
      field('upload-limit', limit),
      field('location', location),
    )
    .map((fields) => fields.flat()),
});
type Answer = { readonly status: number; readonly headers: HeaderList };

interface Exchanged {
  readonly parts: UploadPart[];
  readonly kept: string[];
  readonly request: UploadRequest;
}

/** An upload to a server that gives these answers, one after the other, and then the last again and again. */
function givenUpload(answers: readonly Answer[], state?: string): Exchanged {
  const url = new URL('https://a.test/upload');
  const parts: UploadPart[] = [];
  const kept: string[] = [];
  const send = async (part: UploadPart): Promise<Arrival> => {
    parts.push(part);
    const given = answers[Math.min(parts.length, answers.length) - 1] as Answer;
    const nothing = { read: async () => ({ done: true as const, value: undefined }), cancel: async () => {} };
    return {
      ...given,
      statusText: '',
      url: part.url,
      method: part.method,
      redirected: false,
      opaque: false,
      discard: () => {},
      body: { getReader: () => nothing, cancel: async () => {} },
    };
  };
  const keep = async (text: string | null) => void kept.push(text ?? 'given up');
  const ledger = new UploadLedger({ state, keep }, size);
  const headers = new Headers([['authorization', 'S3CRET']]);
  return {
    parts,
    kept,
    request: {
      url,
      method: 'PUT',
      headers,
      body: { size, value: null },
      ledger,
      send,
      progress: { sent: () => {} },
      isRefreshed: false,
      prepare: async () => {},
      restart: () => ledger.end(),
    },
  };
}

async function settledIn(upload: Promise<unknown>): Promise<void> {
  await upload.catch((error) => expect(error).toBeInstanceOf(TypeError));
}

describe('an upload that is continued', () => {
  test('ends whatever the server answers, and sends each part from the offset that the server has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (answers, tus) => {
          const { parts, request } = givenUpload(answers);
          await settledIn(continueUpload(request, tus ? tusProtocol : ietfProtocol, request.url));
          // a server may take a byte at a time, and has to get further each time
          expect(parts.length).toBeLessThanOrEqual(2 * size + 2);
          parts.forEach((part, index) => {
            if (part.method === 'HEAD') expect([part.start, part.end]).toEqual([0, 0]);
            else {
              const asked = answers[Math.min(index, answers.length) - 1] as Answer;
              expect(`${part.start}`).toBe(String(Number(headerOf(asked.headers, 'upload-offset'))));
              expect(part.headers.get('upload-offset')).toBe(`${part.start}`);
              expect(part.start <= part.end && part.end <= size).toBe(true);
              if (part.headers.get('upload-complete') === '?1') expect(part.end).toBe(size);
            }
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('goes to no other place than an http or https URL without credentials, and takes no secrets to another origin', async () => {
    const states = fc.constantFrom(undefined, encodeUploadState({ protocol: 'tus', url: null }));
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), states, async (answers, state) => {
        const { parts, kept, request } = givenUpload(answers, state);
        const end = await sendUpload(request, 'tus').catch((error) => {
          expect(error).toBeInstanceOf(TypeError);
          return null;
        });
        // a body that was not sent must not seem to be
        if (end && end.status < 300) expect(headerOf(end.headers, 'upload-offset')).toBe(`${size}`);
        for (const { url, headers } of parts) {
          expect(url.href).toMatch(/^https?:\/\/[^@]*$/);
          expect(headers.has('authorization')).toBe(url.origin === 'https://a.test');
        }
        for (const text of kept) expect(decodeUploadState(text).protocol).toBe('tus');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a tus upload', () => {
  test.each([
    ['of another scheme', 201, 'ftp://b.test/u'],
    ['with credentials', 201, 'http://user:pw@b.test/u'],
    ['that is no URL', 201, 'http://['],
    ['of something that was there before', 200, '/u/1'],
  ])('has not begun with a location %s', async (_, status, location) => {
    const { parts, kept, request } = givenUpload([{ status, headers: [['location', location]] }]);
    await expect(sendUpload(request, 'tus')).rejects.toThrow(/created no tus upload.*Is it a tus endpoint/);
    expect([parts.length, kept.length]).toEqual([1, 1]);
  });

  test('has not succeeded because a server that has nothing to do with tus likes everything', async () => {
    const { request } = givenUpload([{ status: 200, headers: [] }]);
    await expect(sendUpload(request, 'tus')).rejects.toThrow(/created no tus upload.*no location/);
  });
});

describe('what is kept of an upload', () => {
  test('is read as it was written', () => {
    const url = fc.option(fc.webUrl({ withQueryParameters: true }));
    fc.assert(
      fc.property(fc.constantFrom('ietf' as const, 'tus' as const), url, (protocol, at) => {
        expect(decodeUploadState(encodeUploadState({ protocol, url: at }))).toEqual({ protocol, url: at });
      }),
      { numRuns: 30 },
    );
  });

  test('and is no such thing, is refused as one', () => {
    const odd = fc.constantFrom<unknown>(
      null,
      1,
      'x',
      '',
      'javascript:1',
      'http://u:p@h/',
      [],
      {},
      'tus',
      'https://a.test/',
    );
    const nearly = fc
      .record({ protocol: odd, url: odd }, { requiredKeys: [] })
      .map((state) => JSON.stringify(state));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string(), fc.json()), (text) => {
        try {
          const { protocol, url } = decodeUploadState(text);
          expect(['ietf', 'tus']).toContain(protocol);
          if (url !== null) expect(URL.canParse(url)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('field lines are combined as a Headers object does it', () => {
  const name = fc.constantFrom('A', 'a', 'x-b', 'Set-Cookie', 'set-cookie', 'Content-Length');
  const code = fc.integer({ min: 0x20, max: 0xff }).filter((byte) => byte !== 0x7f);
  const value = fc.string({ unit: code.map((byte) => String.fromCharCode(byte)) });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (lines) => {
      const expected = [...new Headers(lines)];
      expect(combineHeaders(lines.flat())).toEqual(expected);
      expect(combineHeaders(lines.flat().map((text) => Buffer.from(text, 'latin1')))).toEqual(expected);
    }),
  );
});
