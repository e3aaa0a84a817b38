import { assert } from 'chai';
import { resource, uniqueKey } from '../../support/fetched.ts';
import { openScope, type TestScope } from '../../support/scope.ts';

/** What each constructor does, evaluated in the service worker for a background fetch that is active. */
async function construct(interfaceName: string, id: string) {
  const Interface = (globalThis as unknown as Record<string, typeof BackgroundFetchUpdateUIEvent>)[
    interfaceName
  ] as typeof BackgroundFetchUpdateUIEvent;
  const { backgroundFetch } = testWorker.registration;
  const registration = await backgroundFetch.get(id);
  if (!registration) throw new Error(`No background fetch "${id}" is active`);
  const attempt = (...args: unknown[]) => {
    try {
      new Interface(...(args as ConstructorParameters<typeof Interface>));
      return 'succeeds';
    } catch (error) {
      return (error as Error).name;
    }
  };
  const event = new Interface('backgroundfetchsuccess', { registration });
  const bubbling = new Interface(5 as unknown as string, { registration, bubbles: true, cancelable: true });
  const { ExtendableEvent } = globalThis as unknown as { ExtendableEvent: typeof Event };
  const untrusted = event as unknown as { waitUntil(promise: Promise<unknown>): void };
  let waitUntil = 'succeeds';
  try {
    untrusted.waitUntil(Promise.resolve());
  } catch (error) {
    waitUntil = (error as Error).name;
  }
  const found = {
    withoutArguments: attempt(),
    withoutInit: attempt('backgroundfetchsuccess'),
    withEmptyInit: attempt('backgroundfetchsuccess', {}),
    withNullInit: attempt('backgroundfetchsuccess', null),
    withPrimitiveInit: attempt('backgroundfetchsuccess', 5),
    withNullRegistration: attempt('backgroundfetchsuccess', { registration: null }),
    withOtherRegistration: attempt('backgroundfetchsuccess', { registration: testWorker.registration }),
    withSymbolType: attempt(Symbol('type'), { registration }),
    type: event.type,
    registration: event.registration === registration,
    flags: [event.bubbles, event.cancelable, event.isTrusted],
    convertedType: bubbling.type,
    givenFlags: [bubbling.bubbles, bubbling.cancelable],
    isExtendable: event instanceof ExtendableEvent,
    isBackgroundFetchEvent: event instanceof BackgroundFetchEvent,
    tag: Object.prototype.toString.call(event),
    waitUntil,
    // The browser's own one may return nothing.
    updateUI:
      event.updateUI &&
      (await Promise.resolve(event.updateUI({ title: 'new' })).then(
        () => 'resolved',
        (error) => error.name as string,
      )),
  };
  return found;
}

describe('the event interfaces', () => {
  let scope: TestScope;
  const found: Record<string, Awaited<ReturnType<typeof construct>>> = {};
  const names = ['BackgroundFetchEvent', 'BackgroundFetchUpdateUIEvent'];
  before(async () => {
    scope = await openScope({ lasting: true });
    const held = await scope.backgroundFetch.fetch('held', resource(uniqueKey(), { hold: 1 }));
    for (const name of names) found[name] = await scope.run(construct, name, held.id);
    await held.abort();
  });
  after(() => scope.close());

  for (const name of names) {
    it(`${name} needs a type and an init with a registration`, () => {
      const { withoutArguments, withoutInit, withEmptyInit, withNullInit, withNullRegistration } =
        found[name] ?? assert.fail();
      assert.deepEqual(
        [withoutArguments, withoutInit, withEmptyInit, withNullInit, withNullRegistration],
        Array(5).fill('TypeError'),
      );
    });

    it(`${name} takes only a BackgroundFetchRegistration, in a dictionary, and a type that has a string`, () => {
      const { withPrimitiveInit, withOtherRegistration, withSymbolType } = found[name] ?? assert.fail();
      assert.deepEqual(
        [withPrimitiveInit, withOtherRegistration, withSymbolType],
        Array(3).fill('TypeError'),
      );
    });

    it(`${name} makes events with the given type, registration and flags`, () => {
      const { type, registration, flags, convertedType, givenFlags } = found[name] ?? assert.fail();
      assert.deepEqual(
        { type, registration, flags, convertedType, givenFlags },
        {
          type: 'backgroundfetchsuccess',
          registration: true,
          flags: [false, false, false],
          convertedType: '5',
          givenFlags: [true, true],
        },
      );
    });

    it(`${name} makes events of all the interfaces that it inherits from`, () => {
      const { isExtendable, isBackgroundFetchEvent, tag } = found[name] ?? assert.fail();
      assert.deepEqual([isExtendable, isBackgroundFetchEvent, tag], [true, true, `[object ${name}]`]);
    });

    it(`waitUntil() of a ${name} that a script made throws an InvalidStateError`, () => {
      assert.equal(found[name]?.waitUntil, 'InvalidStateError');
    });
  }

  it('updateUI() of an event that a script made rejects with an InvalidStateError', () => {
    assert.equal(found.BackgroundFetchUpdateUIEvent?.updateUI, 'InvalidStateError');
  });
});
