import { assert } from 'chai';
import { deferred, type TestFramework } from './framework.ts';

export interface ExtendableEventUnderTest {
  /** An event of the host, as an engine makes it. */
  create(type: string): Event;
  /** As the host dispatches it to the app's listeners. */
  dispatch(target: EventTarget, event: Event): Promise<void>;
}

type Extendable = Event & { waitUntil(promise: unknown): void };

/** Whether a promise has settled once all that was due has had its turn. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await new Promise<void>((resolve) => setTimeout(resolve));
  return settled;
}

/** The extendable event of the Service Worker specification, of every host that dispatches one. */
export function extendableEventContract(
  name: string,
  host: ExtendableEventUnderTest,
  { describe, it }: TestFramework,
): void {
  /** Dispatches an event to this listener. */
  function dispatch(listener: (event: Extendable) => void): Promise<void> {
    const target = new EventTarget();
    target.addEventListener('test', (event) => listener(event as Extendable));
    return host.dispatch(target, host.create('test'));
  }

  function assertInvalidState(call: () => void): void {
    try {
      call();
    } catch (error) {
      assert.instanceOf(error, DOMException);
      assert.equal((error as DOMException).name, 'InvalidStateError');
      return;
    }
    assert.fail('the call was not refused');
  }

  describe(`Extendable event: ${name}`, () => {
    it('has ended when its listeners have returned, where nobody extends it', async () => {
      let calls = 0;
      await dispatch(() => calls++);
      assert.equal(calls, 1);
    });

    it('has ended when all promises given to waitUntil() have settled, however they do', async () => {
      const [first, second] = [deferred(), deferred()];
      const ended = dispatch((event) => {
        event.waitUntil(first.promise);
        event.waitUntil(second.promise);
      });
      first.resolve();
      assert.isFalse(await isSettled(ended));
      second.reject(new Error('on purpose'));
      await ended;
    });

    it('takes more promises while it waits for one', async () => {
      const [first, second] = [deferred(), deferred()];
      let event: Extendable | undefined;
      const ended = dispatch((dispatched) => {
        event = dispatched;
        dispatched.waitUntil(first.promise);
      });
      event?.waitUntil(second.promise);
      first.resolve();
      assert.isFalse(await isSettled(ended));
      second.resolve();
      await ended;
    });

    it('takes one more in what follows from the last', async () => {
      const [first, second] = [deferred(), deferred()];
      const ended = dispatch((event) => {
        event.waitUntil(first.promise);
        first.promise.then(() => event.waitUntil(second.promise));
      });
      first.resolve();
      assert.isFalse(await isSettled(ended));
      second.resolve();
      await ended;
    });

    it('has ended although a promise was rejected with what can not be shown', async () => {
      const unshowable: object[] = [
        Object.create(null),
        {
          toString() {
            throw new Error('on purpose');
          },
        },
        Object.defineProperty(new Error(), 'message', {
          get() {
            throw new Error('on purpose');
          },
        }),
      ];
      for (const reason of unshowable) await dispatch((event) => event.waitUntil(Promise.reject(reason)));
    });

    it('takes what is no promise for one that has settled', async () => {
      await dispatch((event) => event.waitUntil(undefined));
    });

    it('is extended by nobody once it has ended', async () => {
      let event: Extendable | undefined;
      await dispatch((dispatched) => {
        event = dispatched;
        dispatched.waitUntil(Promise.resolve());
      });
      assertInvalidState(() => event?.waitUntil(Promise.resolve()));
    });

    it('is extended by nobody if only a script dispatched it', () => {
      const event = host.create('test') as Extendable;
      new EventTarget().dispatchEvent(event);
      assertInvalidState(() => event.waitUntil(Promise.resolve()));
    });
  });
}
