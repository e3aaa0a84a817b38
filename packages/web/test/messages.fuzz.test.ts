import type { BackgroundFetchSnapshot } from '@background-fetch/core';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { EngineChannel } from '../src/service-worker/engine-channel.ts';
import { Channel } from '../src/shared/channel.ts';
import { unwrapMessage, wrapMessage } from '../src/shared/messages.ts';
import { isMixedContent, refusal } from '../src/shared/refusal.ts';
import { toStoreError } from '../src/storage/errors.ts';

afterEach(() => vi.unstubAllGlobals());

/** The channels of one context after the other, whose messages a test delivers. */
class FedChannel {
  static readonly posted: unknown[] = [];
  static latest: FedChannel | undefined;
  onmessage: (event: { data: unknown }) => void = () => {};
  constructor() {
    FedChannel.latest = this;
  }
  postMessage(message: unknown): void {
    FedChannel.posted.push(message);
  }
}

const words = [
  'ping',
  'hello',
  'click',
  'state',
  'applied',
  'following',
  'roll-call',
  'hand-over',
  'constructor',
  '__proto__',
];
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, 0, 1.5, '', 'key', [], {}, [null], new Map(), { toString: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const member = fc.oneof(odd, fc.constantFrom('key', 'x https://a.test/'));
const snapshot = fc.record(
  { key: member, registration: member, recordsAvailable: odd, paused: odd, result: odd },
  { requiredKeys: [] },
);
const announcement = fc.record(
  {
    type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, odd),
    snapshot: fc.oneof({ weight: 3, arbitrary: snapshot }, odd),
    receipt: odd,
    context: odd,
    key: member,
    scope: odd,
  },
  { requiredKeys: [] },
);

test.each([Channel, EngineChannel])(
  'a %o bears any message, and tells its listeners of nothing but states',
  (Kind) => {
    vi.stubGlobal('BroadcastChannel', FedChannel);
    const said = fc.oneof({ weight: 5, arbitrary: announcement }, odd);
    fc.assert(
      fc.property(fc.array(said, { maxLength: 8 }), (messages) => {
        const channel = new Kind();
        const heard: BackgroundFetchSnapshot[] = [];
        channel.subscribe((state) => heard.push(state));
        channel.follow('key');
        for (const data of messages) FedChannel.latest?.onmessage({ data });
        const states = messages.filter((message) => (message as { type?: unknown } | null)?.type === 'state');
        const told = states.map((message) => (message as { snapshot?: unknown }).snapshot);
        expect(heard).toEqual(told.filter(Boolean));
        // who does not follow a fetch does not vouch for having heard of it
        channel.publish({ key: 'key' } as BackgroundFetchSnapshot);
        expect(FedChannel.posted.at(-1)).toEqual({ type: 'state', snapshot: { key: 'key' } });
      }),
      { numRuns: 2000 },
    );
  },
);

function isMessage(data: unknown): boolean {
  const { type } = Object(data) as { type?: unknown };
  return type === 'ping' || type === 'hello' || type === 'click';
}

test('only what lies under our own key is a message for the worker', () => {
  const data = fc.oneof(
    odd,
    announcement,
    fc.dictionary(fc.constantFrom('background-fetch', 'type', '__proto__'), odd),
  );
  fc.assert(
    fc.property(data, (given) => {
      const isBranded =
        typeof given === 'object' && given !== null && Object.hasOwn(given, 'background-fetch');
      const branded: unknown = isBranded ? Reflect.get(given as object, 'background-fetch') : null;
      expect(unwrapMessage(given)).toBe(isMessage(branded) ? branded : null);
      expect(unwrapMessage(wrapMessage(given as never))).toBe(isMessage(given) ? given : null);
    }),
  );
});

test('whatever IndexedDB fails with is an error of the store, or a lack of room', () => {
  const name = fc.constantFrom(
    'QuotaExceededError',
    'AbortError',
    'NS_ERROR_DOM_QUOTA_REACHED',
    'UnknownError',
    '',
  );
  const exceptions = fc.tuple(fc.string(), name).map(([message, kind]) => new DOMException(message, kind));
  fc.assert(
    fc.property(
      fc.oneof(
        exceptions,
        odd.filter((value) => !Object.hasOwn(Object(value), 'toString')),
      ),
      (thrown) => {
        const error = toStoreError(thrown);
        expect(['StoreError', 'QuotaExceededError']).toContain(error.name);
        if ((thrown as Error | null)?.name === 'QuotaExceededError') expect(error).toBe(thrown);
      },
    ),
  );
});

test('no URL is asked for but those of https:, and of this machine', () => {
  vi.stubGlobal('location', new URL('https://app.test/worker.js'));
  const host = fc.constantFrom(
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.1',
    '[::1]',
    'a.test',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    '[::ffff:127.0.0.1]',
    'localhost.',
  );
  const scheme = fc.constantFrom('http', 'https', 'ftp', 'ws', 'javascript', 'data', 'blob', 'file');
  const port = fc.constantFrom('', ':1', ':8080', ':6000', ':443');
  fc.assert(
    fc.property(scheme, host, port, (protocol, name, at) => {
      fc.pre(URL.canParse(`${protocol}://${name}${at}/`));
      const url = new URL(`${protocol}://${name}${at}/`);
      const local = ['localhost', 'a.localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
      const safe = protocol === 'https' || (protocol === 'http' && local);
      const isAsked = refusal(url) === null && !isMixedContent(url.href);
      expect(isAsked).toBe(safe && ![':1', ':6000'].includes(at));
    }),
  );
});
