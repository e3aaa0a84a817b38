import { assert } from 'chai';
import { resource, uniqueKey } from '../../support/fetched.ts';
import { openScope, type TestScope } from '../../support/scope.ts';

describe('onprogress', () => {
  let scope: TestScope;
  let registration: BackgroundFetchRegistration;
  beforeEach(async () => {
    scope = await openScope();
    registration = await scope.backgroundFetch.fetch('held', resource(uniqueKey(), { hold: 1 }));
  });

  const dispatch = () => registration.dispatchEvent(new Event('progress'));

  it('is null at first', () => {
    assert.isNull(registration.onprogress);
  });

  it('is called with the event, on the registration', () => {
    const calls: unknown[] = [];
    registration.onprogress = function (...args) {
      calls.push([this, ...args]);
    };
    const event = new Event('progress');
    registration.dispatchEvent(event);
    assert.lengthOf(calls, 1);
    assert.deepEqual((calls[0] as unknown[])[0], registration);
    assert.equal((calls[0] as unknown[])[1], event);
  });

  it('is null after anything that is not an object, and keeps objects that it never calls', () => {
    const set = (value: unknown) => {
      registration.onprogress = value as null;
      return registration.onprogress as unknown;
    };
    for (const value of [undefined, 5, 'text', true, Symbol.iterator]) assert.isNull(set(value));
    let handled = 0;
    const listener = { handleEvent: () => handled++ };
    assert.equal(set(listener), listener);
    dispatch();
    assert.equal(handled, 0);
  });

  it('is no longer called once it is null', () => {
    let calls = 0;
    registration.onprogress = () => calls++;
    dispatch();
    registration.onprogress = null;
    dispatch();
    assert.equal(calls, 1);
  });

  it('takes its place among the listeners when it is set, and keeps it when it is replaced', () => {
    const order: string[] = [];
    registration.addEventListener('progress', () => order.push('first'));
    registration.onprogress = () => order.push('replaced');
    registration.addEventListener('progress', () => order.push('last'));
    registration.onprogress = () => order.push('handler');
    dispatch();
    assert.deepEqual(order, ['first', 'handler', 'last']);
  });

  it('takes a new place when it was null in between', () => {
    const order: string[] = [];
    registration.onprogress = () => order.push('handler');
    registration.addEventListener('progress', () => order.push('listener'));
    registration.onprogress = null;
    registration.onprogress = () => order.push('handler');
    dispatch();
    assert.deepEqual(order, ['listener', 'handler']);
  });

  it('cancels an event by returning false', () => {
    registration.onprogress = () => false;
    const event = new Event('progress', { cancelable: true });
    registration.dispatchEvent(event);
    assert.isTrue(event.defaultPrevented);
  });
});

describe('the event handlers of a service worker', () => {
  for (const name of ['success', 'fail', 'abort'] as const) {
    it(`onbackgroundfetch${name} is called with the event`, async () => {
      const scope = await openScope();
      await scope.run((handler) => {
        const global = globalThis as unknown as Record<string, unknown>;
        global[handler] = function (this: unknown, event: Event & { registration: { id: string } }) {
          global.handled = [this === globalThis, event.type, event.registration.id];
        };
      }, `onbackgroundfetch${name}`);
      const faults = { success: { size: 10 }, fail: { status: 404 }, abort: { hold: 1 } };
      const registration = await scope.backgroundFetch.fetch(name, resource(uniqueKey(), faults[name]));
      if (name === 'abort') await registration.abort();
      await scope.nextEvent(`backgroundfetch${name}`);
      const handled = await scope.run(() => (globalThis as unknown as Record<string, unknown>).handled);
      assert.deepEqual(handled, [true, `backgroundfetch${name}`, name]);
    });
  }
});
