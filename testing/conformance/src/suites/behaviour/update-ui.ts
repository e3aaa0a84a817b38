import { assert } from 'chai';
import { openScope } from '../../support/scope.ts';
import { heldUrl, newResource, start } from './given.ts';

/** The name of what a function of the service worker rejects with; `fulfilled` if it does not. */
async function outcomeIn(
  name: 'backgroundfetchsuccess' | 'backgroundfetchfail',
  handler: Parameters<Awaited<ReturnType<typeof openScope>>['handleEvent']>[1],
): Promise<unknown> {
  const scope = await openScope();
  await scope.handleEvent(name, handler as never);
  await start(scope, newResource(name === 'backgroundfetchfail' ? { status: 404 } : {}).url);
  const { value, error } = await scope.nextEvent(name);
  assert.isUndefined(error);
  return value;
}

describe('updateUI()', () => {
  it('resolves with undefined in a backgroundfetchsuccess event', async () => {
    const value = await outcomeIn('backgroundfetchsuccess', async (event) => {
      const icons = [{ src: '/icon.png', sizes: '16x16', type: 'image/png', label: 'An icon' }];
      return [await event.updateUI({ title: 'Done', icons })];
    });
    assert.deepEqual(value, [undefined]);
  });

  it('resolves in a backgroundfetchfail event', async () => {
    const value = await outcomeIn('backgroundfetchfail', async (event) => {
      return [await event.updateUI({ title: 'Failed' })];
    });
    assert.deepEqual(value, [undefined]);
  });

  it('rejects with an InvalidStateError the second time', async () => {
    const value = await outcomeIn('backgroundfetchsuccess', async (event) => {
      const outcomes = await Promise.allSettled([
        event.updateUI({ title: '1' }),
        event.updateUI({ title: '2' }),
      ]);
      return outcomes.map((one) => (one.status === 'fulfilled' ? one.status : one.reason.name));
    });
    assert.deepEqual(value, ['fulfilled', 'InvalidStateError']);
  });

  it('may be called later, while waitUntil() keeps the event active', async () => {
    const value = await outcomeIn('backgroundfetchsuccess', async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await event.updateUI({ title: 'Later' });
      return 'resolved';
    });
    assert.equal(value, 'resolved');
  });

  for (const options of ['undefined', 'null', '{}', '{ title: undefined, icons: undefined }']) {
    it(`takes ${options} for nothing to change`, async () => {
      const scope = await openScope();
      await scope.handleEvent(
        'backgroundfetchsuccess',
        async (event, source) => {
          await event.updateUI(new Function(`return ${source}`)());
          return 'resolved';
        },
        options,
      );
      await start(scope, newResource().url);
      assert.equal((await scope.nextEvent('backgroundfetchsuccess')).value, 'resolved');
    });
  }

  it('converts the title, and refuses what can’t be converted with a TypeError', async () => {
    const value = await outcomeIn('backgroundfetchsuccess', async (event) => {
      const refused = [{ title: Symbol('t') }, { icons: 1 }, { icons: [{}] }, 'text', { icons: null }];
      const names: string[] = [];
      for (const options of refused) {
        names.push(
          await event.updateUI(options).then(
            () => 'fulfilled',
            (error: Error) => error.name,
          ),
        );
      }
      await event.updateUI({ title: 42, icons: new Set([{ src: 'a.png' }]) });
      return names;
    });
    assert.deepEqual(value, Array(5).fill('TypeError'));
  });

  it('rejects with an InvalidStateError once the event has ended', async () => {
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', (event) => {
      Object.assign(globalThis, { ended: event });
    });
    const registration = await start(scope, newResource().url);
    await scope.nextEvent('backgroundfetchsuccess');
    while (registration.recordsAvailable) await scope.run(() => {});
    const name = await scope.run(() =>
      (globalThis as unknown as { ended: { updateUI(options: unknown): Promise<void> } }).ended
        .updateUI({ title: 'Too late' })
        .then(
          () => 'fulfilled',
          (error: Error) => error.name,
        ),
    );
    assert.equal(name, 'InvalidStateError');
  });

  it('rejects with an InvalidStateError on an event that script made, dispatched or not', async () => {
    const scope = await openScope();
    const registration = await start(scope, heldUrl());
    const names = await scope.run(async (id) => {
      const registration = await testWorker.registration.backgroundFetch.get(id);
      if (!registration) return null;
      const nameOf = (event: { updateUI(options: unknown): Promise<void> }) =>
        event.updateUI({ title: 'Forged' }).then(
          () => 'fulfilled',
          (error: Error) => error.name,
        );
      const event = new BackgroundFetchUpdateUIEvent('test', { registration });
      const whileDispatched: Promise<string>[] = [];
      globalThis.addEventListener('test', () => whileDispatched.push(nameOf(event)), { once: true });
      const before = await nameOf(event);
      globalThis.dispatchEvent(event);
      return [before, ...(await Promise.all(whileDispatched))];
    }, registration.id);
    assert.deepEqual(names, ['InvalidStateError', 'InvalidStateError']);
    await registration.abort();
  });
});
