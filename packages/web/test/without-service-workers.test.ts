import { afterEach, describe, expect, it, vi } from 'vitest';
import { installInterfaces } from '../src/install.ts';

afterEach(() => vi.unstubAllGlobals());

/** Installs among these globals; the names that this defines, and whether what else it patches was patched. */
function installAmong(globals: Readonly<Record<string, unknown>>): { defined: string[]; patched: boolean } {
  vi.stubGlobal('self', globalThis);
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const before = new Set(Reflect.ownKeys(globalThis));
  let patched = false;
  const undo = installInterfaces(
    { native: 'replace' },
    () => {
      throw new Error('There is no engine');
    },
    () => {
      patched = true;
    },
  );
  const defined = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
  undo();
  return { defined: defined.map(String), patched };
}

class ServiceWorkerRegistration extends EventTarget {
  unregister(): void {}
}
const secure = { isSecureContext: true, ServiceWorkerRegistration, userAgentData: {} };
const page = { document: {}, navigator: { serviceWorker: {}, userAgentData: {} } };

describe('where there are no service workers, no interface objects say otherwise:', () => {
  it.each([
    ['an insecure page', { document: {}, navigator: {}, isSecureContext: false }],
    [
      'an insecure page that shows the interfaces all the same',
      { ...secure, ...page, isSecureContext: false },
    ],
    ['a page without a browser, as jsdom has it', { document: {}, navigator: {} }],
    ['a page whose user has turned them off', { ...secure, document: {}, navigator: {} }],
    ['an insecure worker', { navigator: {}, isSecureContext: false }],
  ])('%s', (_, globals) => expect(installAmong(globals)).toEqual({ defined: [], patched: false }));
});

describe('where there are, they are defined:', () => {
  it.each([
    ['a page', { ...secure, ...page }],
    ['a worker that has only the interfaces', { ...secure, navigator: { userAgentData: {} } }],
  ])('%s', (_, globals) =>
    expect(installAmong(globals)).toEqual({
      defined: [
        ...['BackgroundFetchManager', 'BackgroundFetchRecord', 'BackgroundFetchRegistration'],
        'Symbol(background-fetch.installed)',
      ],
      patched: true,
    }),
  );
});
