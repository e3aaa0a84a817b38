import type * as Ponyfill from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { host, unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';

const ponyfillUrl = '/conformance/polyfill/ponyfill.js';

/** Runs a function in a frame without the polyfill, with the means to compare globals before and after. */
async function inBareFrame<T>(
  body: (ponyfill: typeof Ponyfill, lookAround: () => () => string[], scope: string) => T | Promise<T>,
): Promise<T> {
  const [frame, scope] = await Promise.all([openContext('frame', { bare: true }), openScope()]);
  return await frame.run(
    async (source, url, scopeUrl) => {
      /** Notes all properties of what is patched; the function that it returns tells which are no longer the same. */
      const lookAround = () => {
        const targets: Record<string, object> = {
          globalThis,
          ServiceWorkerRegistration: ServiceWorkerRegistration.prototype,
          Permissions: Permissions.prototype,
          Request: Request.prototype,
        };
        const look = () =>
          new Map(
            Object.entries(targets).flatMap(([name, target]) =>
              Reflect.ownKeys(target).map((key) => {
                const descriptor = Object.getOwnPropertyDescriptor(target, key);
                return [`${name}.${String(key)}`, descriptor] as const;
              }),
            ),
          );
        const before = look();
        return () => {
          const now = look();
          const same = (a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined) =>
            a !== undefined &&
            b !== undefined &&
            (['value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const).every((key) =>
              Object.is(a[key], b[key]),
            );
          const keys = new Set([...before.keys(), ...now.keys()]);
          // A frame's own numbered and named windows are no concern of ours.
          return [...keys].filter((key) => !same(before.get(key), now.get(key))).sort();
        };
      };
      const untouched = lookAround();
      const ponyfill = await import(url);
      const touched = untouched();
      if (touched.length > 0) throw new Error(`importing the ponyfill changed ${touched}`);
      const run = new Function(`return (${source});`)() as (...args: unknown[]) => unknown;
      return (await run(ponyfill, lookAround, scopeUrl)) as T;
    },
    body.toString(),
    ponyfillUrl,
    scope.scope,
  );
}

const installed = [
  'Permissions.query',
  // WebKit can't read a form that holds a file: requests get a Blob in its place
  ...(host.engine === 'webkit' ? ['Request.constructor'] : []),
  'ServiceWorkerRegistration.backgroundFetch',
  'ServiceWorkerRegistration.unregister',
  'globalThis.BackgroundFetchManager',
  'globalThis.BackgroundFetchRecord',
  'globalThis.BackgroundFetchRegistration',
  ...(host.engine === 'webkit' ? ['globalThis.Request'] : []),
  'globalThis.Symbol(background-fetch.installed)',
];

describe('installing the polyfill', () => {
  it('changes these properties, and its undo restores each descriptor', async () => {
    unsupported(['native'], 'it installs nothing there');
    const found = await inBareFrame((ponyfill, lookAround) => {
      const changed = lookAround();
      const undo = ponyfill.install();
      const byInstalling = changed();
      undo();
      return { byInstalling, byUndoing: changed() };
    });
    assert.deepEqual(found, { byInstalling: installed, byUndoing: [] });
  });

  it('leaves a native Background Fetch alone unless told to replace it', async () => {
    const found = await inBareFrame((ponyfill, lookAround) => {
      // In the place of a browser's own one, where there is none.
      const global = globalThis as unknown as Record<string, unknown>;
      global.BackgroundFetchManager ??= class BackgroundFetchManager {};
      const native = global.BackgroundFetchManager;
      const changed = lookAround();
      const hasNative = ponyfill.hasNative();
      ponyfill.install()();
      ponyfill.install({ native: 'prefer' });
      const byPreferring = changed();
      const undo = ponyfill.install({ native: 'replace' });
      const isReplaced = global.BackgroundFetchManager === ponyfill.BackgroundFetchManager;
      undo();
      return {
        hasNative,
        byPreferring,
        isReplaced,
        byUndoing: changed(),
        isBack: global.BackgroundFetchManager === native,
      };
    });
    assert.deepEqual(found, {
      hasNative: true,
      byPreferring: [],
      isReplaced: true,
      byUndoing: [],
      isBack: true,
    });
  });

  it('is not taken for a native Background Fetch', async () => {
    unsupported(['native'], 'it installs nothing there');
    const hasNative = await inBareFrame((ponyfill) => {
      ponyfill.install();
      return ponyfill.hasNative();
    });
    assert.isFalse(hasNative);
  });

  it('keeps name and length of what it wraps', async () => {
    unsupported(['native'], 'it wraps nothing there');
    const found = await inBareFrame((ponyfill) => {
      ponyfill.install();
      const { query } = Permissions.prototype;
      const { unregister } = ServiceWorkerRegistration.prototype;
      return [query, unregister, Request].map(({ name, length }) => `${name} ${length}`);
    });
    assert.deepEqual(found, ['query 1', 'unregister 0', 'Request 1']);
  });

  it('does not stop the app in a frame where service workers are forbidden', async () => {
    unsupported(['native', 'node'], 'it installs nothing there');
    const source = await (await fetch(ponyfillUrl)).text();
    const frame = document.createElement('iframe');
    frame.sandbox.add('allow-scripts');
    frame.srcdoc = `<script type="module">
      const { install } = await import("data:text/javascript,${encodeURIComponent(source)}");
      install();
      parent.postMessage(typeof BackgroundFetchManager, '*');
    </script>`;
    const told = new Promise((resolve) => {
      addEventListener('message', ({ source, data }) => source === frame.contentWindow && resolve(data));
    });
    document.body.append(frame);
    assert.equal(await told, 'function');
    frame.remove();
  });

  it('defines nothing in a frame that is no secure context', async () => {
    unsupported(['native', 'node'], 'it installs nothing there');
    unsupported(['firefox'], 'a data: frame is a secure context there');
    const source = await (await fetch(ponyfillUrl)).text();
    const frame = document.createElement('iframe');
    const script = `const { install } = await import("data:text/javascript,${encodeURIComponent(source)}");
      install({ native: 'replace' });
      parent.postMessage([isSecureContext, typeof BackgroundFetchManager, typeof ServiceWorkerRegistration], '*');`;
    frame.src = `data:text/html,${encodeURIComponent(`<script type="module">${script}</script>`)}`;
    const told = new Promise((resolve) => {
      addEventListener('message', ({ source, data }) => source === frame.contentWindow && resolve(data));
    });
    document.body.append(frame);
    assert.deepEqual(await told, [false, 'undefined', 'undefined']);
    frame.remove();
  });

  it('leaves the fetch events of a service worker alone where it leaves a native Background Fetch alone', async () => {
    unsupported(['native', 'node'], 'it installs nothing there');
    const [beside, alone] = await Promise.all([
      openScope({ worker: 'beside-native' }),
      openScope({ worker: 'classic' }),
    ]);
    const listened = (): readonly string[] => testWorker.listened;
    assert.notInclude(await beside.run(listened), 'fetch');
    assert.include(await beside.run(listened), 'push');
    assert.include(await alone.run(listened), 'fetch');
  });

  it('in a service worker can be taken back as well', async () => {
    unsupported(['native', 'node'], 'it installs nothing there');
    const scope = await openScope();
    const found = await scope.run(() => {
      const look = () => {
        const handlers = Object.keys(globalThis).filter((key) => key.startsWith('onbackgroundfetch'));
        return JSON.stringify([
          handlers,
          Object.getOwnPropertyNames(globalThis).filter((key) => key.startsWith('BackgroundFetch')),
        ]);
      };
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'onbackgroundfetchfail');
      const before = look();
      const undo = testWorker.polyfill?.install();
      const again = Object.getOwnPropertyDescriptor(globalThis, 'onbackgroundfetchfail');
      undo?.();
      const restored = Object.getOwnPropertyDescriptor(globalThis, 'onbackgroundfetchfail');
      return {
        same: before === look(),
        replaced: again?.get !== descriptor?.get,
        restored: restored?.get === descriptor?.get,
      };
    });
    assert.deepEqual(found, { same: true, replaced: true, restored: true });
  });
});

describe('the ponyfill', () => {
  it('gives managers that work and leaves the globals alone', async () => {
    unsupported(['native'], 'the worker does not run our engine');
    const found = await inBareFrame(async (ponyfill, lookAround, scope) => {
      const changed = lookAround();
      const registration = await navigator.serviceWorker.getRegistration(scope);
      if (!registration) throw new Error(`${scope} is not registered`);
      const manager = ponyfill.backgroundFetchOf(registration);
      const same = ponyfill.backgroundFetchOf(registration) === manager;
      const started = await manager.fetch('one', '/conformance/page.html');
      await new Promise<void>((resolve) => {
        const check = () => started.result !== '' && resolve();
        started.addEventListener('progress', check);
        check();
      });
      return { same, result: started.result, changed: changed() };
    });
    assert.deepEqual(found, { same: true, result: 'success', changed: [] });
  });
});
