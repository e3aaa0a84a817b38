import { assert } from 'chai';
import { uniqueKey } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import { assertTypeError, finish, heldUrl, newResource, start, useHeldScope, useScope } from './given.ts';

describe('get()', () => {
  const scope = useHeldScope();

  it('resolves with undefined for an id that no active background fetch has', async () => {
    assert.isUndefined(await scope().backgroundFetch.get(uniqueKey('nobody')));
  });

  it('rejects the empty id, and no id, with a TypeError', async () => {
    const manager = scope().backgroundFetch;
    await assertTypeError(manager.get(''));
    await assertTypeError((manager.get as () => Promise<unknown>).call(manager));
  });

  it('resolves with the same object each time, the one that fetch() gave', async () => {
    const registration = await start(scope(), heldUrl());
    assert.equal(await scope().backgroundFetch.get(registration.id), registration);
    assert.equal(await scope().backgroundFetch.get(registration.id), registration);
    await registration.abort();
  });

  it('keeps what a script put on the object', async () => {
    const registration = await start(scope(), heldUrl());
    Object.assign(registration, { label: 'mine' });
    const again = await scope().backgroundFetch.get(registration.id);
    assert.propertyVal(again, 'label', 'mine');
    await registration.abort();
  });

  it('finds no background fetch that has settled, although its event is still handled', async () => {
    const registration = await finish(scope(), newResource().url);
    assert.isTrue(registration.recordsAvailable);
    assert.isUndefined(await scope().backgroundFetch.get(registration.id));
    assert.notInclude(await scope().backgroundFetch.getIds(), registration.id);
  });

  it('belongs to the one manager that a registration has', async () => {
    assert.equal(scope().registration.backgroundFetch, scope().backgroundFetch);
    const same = await navigator.serviceWorker.getRegistration(scope().scope);
    assert.equal(same?.backgroundFetch, scope().backgroundFetch);
  });

  it('finds a new background fetch under an id that was used before', async () => {
    const id = uniqueKey('again');
    const first = await scope().backgroundFetch.fetch(id, heldUrl());
    await first.abort();
    const second = await scope().backgroundFetch.fetch(id, heldUrl());
    assert.notEqual(second, first);
    assert.equal(await scope().backgroundFetch.get(id), second);
    await second.abort();
  });
});

describe('getIds()', () => {
  it('lists the active background fetches in the order in which they were started', async () => {
    const scope = await openScope();
    const started = [];
    for (const name of ['c', 'a', 'b']) started.push(await scope.backgroundFetch.fetch(name, heldUrl()));
    assert.deepEqual(await scope.backgroundFetch.getIds(), ['c', 'a', 'b']);
    await started[1]?.abort();
    assert.deepEqual(await scope.backgroundFetch.getIds(), ['c', 'b']);
    for (const registration of started) await registration.abort();
    assert.deepEqual(await scope.backgroundFetch.getIds(), []);
  });
});

describe('An id', () => {
  const scope = useScope();
  const unusual: Readonly<Record<string, string>> = {
    'the name of a prototype’s property': '__proto__',
    'the name of a method': 'hasOwnProperty',
    'a lone high surrogate': '\ud83c',
    'a lone low surrogate': '\udf7f',
    'an emoji': '👩🏽‍🚀',
    'a NUL in a text': 'a\0b',
    'white space': ' \n\t ',
    'a text of 100,000 characters': 'long '.repeat(20_000),
  };

  for (const [what, id] of Object.entries(unusual)) {
    it(`may be ${what}`, async () => {
      const registration = await scope().backgroundFetch.fetch(id, heldUrl());
      assert.equal(registration.id, id);
      assert.deepEqual(await scope().backgroundFetch.getIds(), [id]);
      assert.equal(await scope().backgroundFetch.get(id), registration);
      const inWorker = await scope().run(async (sought) => {
        const found = await testWorker.registration.backgroundFetch.get(sought);
        return found?.id;
      }, id);
      assert.equal(inWorker, id);
      await registration.abort();
      assert.equal((await scope().nextEvent('backgroundfetchabort')).id, id);
    });
  }

  it('may be empty, although get() refuses that', async () => {
    unsupported(['native'], 'the browser ends a page that asks for that');
    const registration = await scope().backgroundFetch.fetch('', heldUrl());
    assert.deepEqual(await scope().backgroundFetch.getIds(), ['']);
    assert.isTrue(await registration.abort());
  });

  it('is another one if a single lone surrogate differs', async () => {
    const first = await scope().backgroundFetch.fetch('x\ud800', heldUrl());
    const second = await scope().backgroundFetch.fetch('x\ud801', heldUrl());
    assert.equal(await scope().backgroundFetch.get('x\ud800'), first);
    assert.equal(await scope().backgroundFetch.get('x\ud801'), second);
    await first.abort();
    await second.abort();
  });

  it('is converted to a string', async () => {
    const registration = await scope().backgroundFetch.fetch(42 as unknown as string, heldUrl());
    assert.equal(registration.id, '42');
    await registration.abort();
  });
});
