import { click } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { settled } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertDOMException,
  eventOf,
  finish,
  firstResponse,
  heldUrl,
  newResource,
  release,
  released,
  start,
  useScope,
} from './given.ts';

/** Runs in the service worker: what an event shows of its interface. */
function describeInWorker(event: Event & { registration: object }): unknown {
  const chain: string[] = [];
  for (let at = Object.getPrototypeOf(event); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    chain.push(at.constructor.name);
  }
  const { type, bubbles, cancelable, target } = event;
  return {
    chain,
    type,
    bubbles,
    cancelable,
    tag: Object.prototype.toString.call(event),
    onGlobal: target === globalThis,
    registration: Object.prototype.toString.call(event.registration),
  };
}

describe('The terminal event', () => {
  it('of a success is backgroundfetchsuccess, a BackgroundFetchUpdateUIEvent at the worker’s global', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', describeInWorker);
    const registration = await start(scope, newResource().url);
    const event = await scope.nextEvent('backgroundfetchsuccess');
    assert.include(event, { id: registration.id, result: 'success', failureReason: '', matchCount: 1 });
    assert.deepEqual(event.value, {
      chain: ['BackgroundFetchUpdateUIEvent', 'BackgroundFetchEvent', 'ExtendableEvent', 'Event'],
      type: 'backgroundfetchsuccess',
      bubbles: false,
      cancelable: false,
      tag: '[object BackgroundFetchUpdateUIEvent]',
      onGlobal: true,
      registration: '[object BackgroundFetchRegistration]',
    });
  });

  it('of a failure is backgroundfetchfail, a BackgroundFetchUpdateUIEvent', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchfail', describeInWorker);
    await start(scope, newResource({ status: 404 }).url);
    const event = await scope.nextEvent('backgroundfetchfail');
    assert.include(event, { result: 'failure', failureReason: 'bad-status', recordsAvailable: true });
    assert.include(event.value, { tag: '[object BackgroundFetchUpdateUIEvent]', onGlobal: true });
  });

  it('of an abort is backgroundfetchabort, a BackgroundFetchEvent without updateUI()', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchabort', (event) => ['updateUI' in event, `${event}`]);
    const registration = await start(scope, heldUrl());
    await registration.abort();
    const event = await scope.nextEvent('backgroundfetchabort');
    assert.deepEqual(event.value, [false, '[object BackgroundFetchEvent]']);
  });

  it('is dispatched once, and no other', async () => {
    const scope = await openScope();
    const registration = await start(scope, [newResource().url, newResource({ status: 404 }).url]);
    await released(registration);
    assert.deepEqual(
      (await scope.events()).map(({ type }) => type),
      ['backgroundfetchfail'],
    );
  });

  it('goes to on… attributes, too, at their place among the listeners', async () => {
    const scope = await openScope();
    await scope.run(() => {
      const called: string[] = [];
      Object.assign(globalThis, { called });
      const global = globalThis as unknown as EventTarget & { onbackgroundfetchsuccess: unknown };
      global.addEventListener('backgroundfetchsuccess', () => called.push('first'));
      global.onbackgroundfetchsuccess = () => called.push('replaced');
      global.addEventListener('backgroundfetchsuccess', () => called.push('last'));
      global.onbackgroundfetchsuccess = function (this: unknown) {
        called.push(`attribute ${this === globalThis}`);
      };
    });
    await start(scope, newResource().url);
    await scope.nextEvent('backgroundfetchsuccess');
    const called = await scope.run(() => (globalThis as unknown as { called: string[] }).called);
    assert.deepEqual(called, ['first', 'attribute true', 'last']);
  });

  it('carries the registration object that get() gave in the worker before', async () => {
    const scope = await openScope();
    await scope.handleEvent(
      'backgroundfetchsuccess',
      ({ registration }) => (globalThis as unknown as { known: unknown }).known === registration,
    );
    const file = newResource({ hold: 1 });
    const registration = await start(scope, file.url);
    await scope.run(async (id) => {
      Object.assign(globalThis, { known: await testWorker.registration.backgroundFetch.get(id) });
    }, registration.id);
    await release(file);
    assert.isTrue((await scope.nextEvent('backgroundfetchsuccess')).value);
  });

  it('of one fetch does not wait for that of another', async () => {
    const scope = await openScope();
    await scope.holdEvents('backgroundfetchfail');
    const failing = await finish(scope, newResource({ status: 404 }).url);
    await scope.nextEvent('backgroundfetchfail');
    await released(await finish(scope, newResource().url));
    assert.isTrue(failing.recordsAvailable);
  });

  it('comes although no page holds the registration', async () => {
    const scope = await openScope();
    await scope.run(async (url) => {
      await testWorker.registration.backgroundFetch.fetch('from the worker', url);
    }, newResource().url);
    assert.equal((await scope.nextEvent('backgroundfetchsuccess')).id, 'from the worker');
  });
});

describe('waitUntil()', () => {
  it('keeps the records available until its promises settle', async () => {
    const scope = await openScope();
    await scope.holdEvents('backgroundfetchsuccess');
    const registration = await finish(scope, newResource({ size: 1000 }).url);
    await scope.nextEvent('backgroundfetchsuccess');
    assert.isTrue(registration.recordsAvailable);
    assert.equal((await (await firstResponse(registration)).arrayBuffer()).byteLength, 1000);
    await scope.releaseEvents();
    await released(registration);
    await assertDOMException(registration.matchAll(), 'InvalidStateError');
  });

  it('may be called again while a promise given before is pending', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      event.waitUntil(Promise.resolve());
      return event.registration.recordsAvailable;
    });
    await start(scope, newResource().url);
    const { value, error } = await scope.nextEvent('backgroundfetchsuccess');
    assert.isUndefined(error);
    assert.isTrue(value);
  });

  it('throws an InvalidStateError once the event has ended', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', (event) => {
      Object.assign(globalThis, { ended: event });
    });
    await released(await start(scope, newResource().url));
    const name = await scope.run(() => {
      try {
        (globalThis as unknown as { ended: { waitUntil(promise: unknown): void } }).ended.waitUntil(null);
        return 'nothing thrown';
      } catch (error) {
        return (error as Error).name;
      }
    });
    assert.equal(name, 'InvalidStateError');
  });

  it('with a promise that is rejected ends the event as one that is fulfilled', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', (event) => {
      event.waitUntil(Promise.reject(new Error('The handler failed on purpose')));
    });
    const registration = await start(scope, newResource().url);
    await released(registration);
    assert.equal(registration.result, 'success');
    assert.lengthOf(await scope.events(), 1);
  });

  it('takes values that are no promises', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', (event) => event.waitUntil(42 as never));
    await released(await start(scope, newResource().url));
    assert.isUndefined((await scope.events())[0]?.error);
  });
});

describe('backgroundfetchclick', () => {
  const scope = useScope();

  it('is a BackgroundFetchEvent with the registration, while the fetch is active', async () => {
    unsupported(['native'], 'only the browser’s own display can be clicked');
    await scope().handleEvent('backgroundfetchclick', describeInWorker);
    const registration = await start(scope(), heldUrl());
    await click(registration);
    const event = await eventOf(scope(), 'backgroundfetchclick', registration.id);
    assert.include(event, { result: '', recordsAvailable: true, matchCount: 1 });
    assert.include(event.value, { tag: '[object BackgroundFetchEvent]', onGlobal: true });
    await registration.abort();
  });

  it('is dispatched for a fetch that has ended, as long as its event is handled', async () => {
    unsupported(['native'], 'only the browser’s own display can be clicked');
    await scope().holdEvents('backgroundfetchsuccess');
    const registration = await finish(scope(), newResource().url);
    await click(registration);
    const event = await eventOf(scope(), 'backgroundfetchclick', registration.id);
    assert.equal(event.result, 'success');
    await scope().releaseEvents();
  });

  for (const [end, faults] of Object.entries({ success: {}, failure: { status: 404 } })) {
    it(`carries the result of a ${end} when the records have been let go`, async () => {
      unsupported(['native'], 'only the browser’s own display can be clicked');
      const own = await openScope();
      const registration = await finish(own, newResource(faults).url);
      await released(registration);
      await click(registration);
      const { result, failureReason, recordsAvailable } = await own.nextEvent('backgroundfetchclick');
      assert.deepEqual(
        { result, failureReason, recordsAvailable },
        { result: end, failureReason: registration.failureReason, recordsAvailable: false },
      );
    });
  }

  it('leaves the fetch as it is when nobody reacts to it', async () => {
    unsupported(['native'], 'only the browser’s own display can be clicked');
    const registration = await start(scope(), heldUrl());
    await click(registration);
    await eventOf(scope(), 'backgroundfetchclick', registration.id);
    assert.equal(registration.result, '');
    await registration.abort();
    await settled(registration);
    assert.equal(registration.failureReason, 'aborted');
  });
});

describe('An event that script constructs', () => {
  const scope = useScope();

  it('takes a registration, and gives it back', async () => {
    const registration = await start(scope(), heldUrl());
    const seen = await scope().run(async (id) => {
      const registration = await testWorker.registration.backgroundFetch.get(id);
      if (!registration) return null;
      const events = [BackgroundFetchEvent, BackgroundFetchUpdateUIEvent].map(
        (Interface) => new Interface('test', { registration }),
      );
      return events.map((event) => [event.type, event.registration === registration, event.isTrusted]);
    }, registration.id);
    assert.deepEqual(seen, [
      ['test', true, false],
      ['test', true, false],
    ]);
    await registration.abort();
  });

  it('refuses an init without a registration', async () => {
    const names = await scope().run(() =>
      [undefined, null, {}, { registration: {} }, { registration: null }].map((init) => {
        try {
          return String(new BackgroundFetchEvent('test', init as never));
        } catch (error) {
          return (error as Error).name;
        }
      }),
    );
    assert.deepEqual(new Set(names), new Set(['TypeError']));
  });

  it('reaches listeners, but its waitUntil() throws an InvalidStateError', async () => {
    const registration = await start(scope(), heldUrl());
    const seen = await scope().run(async (id) => {
      const registration = await testWorker.registration.backgroundFetch.get(id);
      if (!registration) return null;
      const names: string[] = [];
      globalThis.addEventListener(
        'test',
        (event) => {
          try {
            (event as unknown as { waitUntil(promise: unknown): void }).waitUntil(Promise.resolve());
            names.push('nothing thrown');
          } catch (error) {
            names.push((error as Error).name);
          }
        },
        { once: true },
      );
      globalThis.dispatchEvent(new BackgroundFetchEvent('test', { registration }));
      return names;
    }, registration.id);
    assert.deepEqual(seen, ['InvalidStateError']);
    await registration.abort();
  });
});
