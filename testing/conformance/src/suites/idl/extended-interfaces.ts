import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { host, unsupported } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import { attributesOf, partialInterfaces } from './idl.ts';
import { describeIn, places } from './places.ts';
import { probeAttribute } from './probes.ts';

const inChromium = "Chromium has no service worker registrations in workers that aren't service workers";

describe('what the specification adds to other interfaces', () => {
  for (const place of places) {
    describeIn(place, (context) => {
      it('ServiceWorkerRegistration has the attribute backgroundFetch', async () => {
        if (place.kind === 'worker') unsupported(['chromium'], inChromium);
        unsupported(['node'], 'Node has no service worker registrations');
        const found = await context().run(probeAttribute, 'ServiceWorkerRegistration', 'backgroundFetch');
        assert.deepEqual(found, {
          flags: { enumerable: true, configurable: true },
          getter: { name: 'get backgroundFetch', length: 0, isConstructor: false },
          setter: undefined,
          gotFromObject: 'throws TypeError',
          gotFromPrototype: 'throws TypeError',
          setOnObject: undefined,
        });
      });

      it('other worker globals have no handlers for events of service workers', async () => {
        if (place.kind === 'service worker') return;
        assert.deepEqual(
          await context().run(() =>
            Object.keys(globalThis).filter((key) => key.startsWith('onbackgroundfetch')),
          ),
          [],
        );
      });
    });
  }

  describe('a service worker', () => {
    let scope: TestScope;
    before(async () => {
      scope = await openScope({ lasting: true });
    });
    after(() => scope.close());

    const global = partialInterfaces.find(({ name }) => name === 'ServiceWorkerGlobalScope');
    for (const { name } of global ? attributesOf(global) : []) {
      it(`has the event handler ${name}`, async () => {
        // members of a global interface are on the global itself, and not on its prototype; in Node it is no global
        const places = ['globalThis', 'ServiceWorkerGlobalScope'] as const;
        const [place, other] = host.engine === 'node' ? ([places[1], places[0]] as const) : places;
        assert.isNull(await scope.run(probeAttribute, other, name));
        const found = await scope.run(probeAttribute, place, name);
        assert.deepEqual(found?.flags, { enumerable: true, configurable: true });
        assert.deepEqual(found?.getter, { name: `get ${name}`, length: 0, isConstructor: false });
        assert.deepEqual(found?.setter, { name: `set ${name}`, length: 1, isConstructor: false });
        assert.equal(found?.gotFromObject, 'throws TypeError');
        assert.equal(found?.setOnObject, 'throws TypeError');
      });

      it(`starts with ${name} being null, and takes a function`, async () => {
        const found = await scope.run((handler) => {
          const global = globalThis as unknown as Record<string, unknown>;
          const first = global[handler];
          const listen = () => {};
          global[handler] = listen;
          const isKept = global[handler] === listen;
          global[handler] = null;
          return { first, isKept, last: global[handler] };
        }, name);
        assert.deepEqual(found, { first: null, isKept: true, last: null });
      });
    }
  });

  for (const kind of ['dedicated-worker', 'shared-worker'] as const) {
    it(`a ${kind} reaches a manager through its navigator.serviceWorker`, async () => {
      unsupported(['chromium'], inChromium);
      const [scope, context] = await Promise.all([openScope(), openContext(kind)]);
      const found = await context.run(async (url) => {
        const registration = await navigator.serviceWorker.getRegistration(url);
        const manager = registration?.backgroundFetch;
        return [manager instanceof BackgroundFetchManager, await manager?.getIds()];
      }, scope.scope);
      assert.deepEqual(found, [true, []]);
    });
  }
});
