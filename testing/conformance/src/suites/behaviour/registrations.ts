import { assert } from 'chai';
import { settled, uniqueKey } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertDOMException,
  assertTypeError,
  finish,
  heldUrl,
  holdEnds,
  newResource,
  released,
  serverSaw,
  stalled,
  start,
} from './given.ts';

describe('Background fetches of several registrations', () => {
  it('of one origin don’t see each other', async () => {
    const [one, other] = [await openScope(), await openScope()];
    const registration = await one.backgroundFetch.fetch('mine', heldUrl());
    assert.isUndefined(await other.backgroundFetch.get('mine'));
    assert.isEmpty(await other.backgroundFetch.getIds());
    await registration.abort();
    await one.nextEvent('backgroundfetchabort');
    assert.isEmpty(await other.events());
  });

  it('may have the same id, and each ends with its own event', async () => {
    const [one, other] = [await openScope(), await openScope()];
    const [first, second] = await Promise.all([
      one.backgroundFetch.fetch('same', newResource({ size: 10 }).url),
      other.backgroundFetch.fetch('same', newResource({ size: 20 }).url),
    ]);
    assert.notEqual(first, second);
    assert.equal((await one.nextEvent('backgroundfetchsuccess')).downloaded, 10);
    assert.equal((await other.nextEvent('backgroundfetchsuccess')).downloaded, 20);
  });

  it('of a scope inside another one are told apart from those of the outer one', async () => {
    const name = uniqueKey('outer');
    const outer = await openScope({ name });
    const inner = await openScope({ name: `${name}/inner` });
    const registration = await inner.backgroundFetch.fetch('nested', newResource().url);
    await inner.nextEvent('backgroundfetchsuccess');
    await released(registration);
    assert.isEmpty(await outer.events());
  });

  it('that share an id are aborted one at a time', async () => {
    const [one, other] = [await openScope(), await openScope()];
    const first = await one.backgroundFetch.fetch('same', heldUrl());
    const second = await other.backgroundFetch.fetch('same', heldUrl());
    await first.abort();
    assert.equal(await other.backgroundFetch.get('same'), second);
    assert.isTrue(await second.abort());
  });
});

describe('unregister()', () => {
  it('ends the background fetches of the registration without an event', async () => {
    const scope = await openScope();
    const file = newResource({ size: 500_000, stall: 200_000 });
    const registration = await start(scope, file.url);
    await stalled(file);
    assert.isTrue(await scope.unregister());
    const [request] = await serverSaw(file, ([first]) => first?.finished != null);
    assert.equal(request?.finished, 'aborted-by-client');
    await released(registration);
    await assertDOMException(registration.matchAll(), 'InvalidStateError');
    assert.isFalse(await registration.abort());
  });

  it('leaves nothing for a later registration of the same scope', async () => {
    const name = uniqueKey('scope');
    const before = await openScope({ name });
    await before.backgroundFetch.fetch('active', heldUrl());
    await holdEnds(before);
    await finish(before, newResource().url);
    await before.unregister();
    const after = await openScope({ name });
    assert.isEmpty(await after.backgroundFetch.getIds());
    assert.isUndefined(await after.backgroundFetch.get('active'));
    const registration = await after.backgroundFetch.fetch('active', newResource().url);
    const event = await after.nextEvent('backgroundfetchsuccess');
    assert.equal(event.id, 'active');
    await released(registration);
    assert.lengthOf(await after.events(), 1);
  });

  it('leaves the registrations of other scopes alone', async () => {
    const [gone, stays] = [await openScope(), await openScope()];
    await gone.backgroundFetch.fetch('gone', heldUrl());
    const registration = await stays.backgroundFetch.fetch('stays', newResource({ delay: 50 }).url);
    await gone.unregister();
    assert.equal((await stays.nextEvent('backgroundfetchsuccess')).id, 'stays');
    await released(registration);
  });

  it('makes fetch() of a registration that is still held reject with a TypeError', async () => {
    const scope = await openScope();
    await scope.unregister();
    if (scope.registration.active === null) {
      await assertTypeError(scope.backgroundFetch.fetch('late', newResource().url));
    }
  });
});

describe('A registration without an active worker', () => {
  it('makes fetch() reject with a TypeError, before the requests are looked at', async () => {
    const scope = `/conformance/scopes/${uniqueKey('inactive')}/`;
    const script = '/conformance/worker-classic.js?options={"configure":{},"channel":"none"}';
    const registration = await navigator.serviceWorker.register(script, { scope });
    assert.isNull(registration.active);
    await assertTypeError(registration.backgroundFetch.fetch('early', []), 'active service worker');
    await registration.unregister();
  });

  it('has no background fetches', async () => {
    const scope = `/conformance/scopes/${uniqueKey('inactive')}/`;
    const script = '/conformance/worker-classic.js?options={"configure":{},"channel":"none"}';
    const registration = await navigator.serviceWorker.register(script, { scope });
    assert.isEmpty(await registration.backgroundFetch.getIds());
    assert.isUndefined(await registration.backgroundFetch.get('any'));
    await registration.unregister();
  });
});

describe('A worker that is busy', () => {
  it('makes fetch() wait for it', async () => {
    unsupported(['native', 'node'], 'the browser asks no worker');
    const scope = await openScope();
    const busy = scope.run(() => {
      // longer than a worker without the polyfill is waited for
      for (const end = performance.now() + 12_000; performance.now() < end; );
    });
    const registration = await start(scope, newResource().url);
    await busy;
    assert.equal((await settled(registration)).result, 'success');
  });
});

describe('A worker that does not import the polyfill', () => {
  it('makes fetch() reject with a TypeError that names the script and says what to add', async () => {
    unsupported(['native'], 'the browser forgets nothing');
    const scope = await openScope({ worker: 'forgetful' });
    const { scriptURL } = scope.registration.active as ServiceWorker;
    const fetching = scope.backgroundFetch.fetch('forgotten', newResource().url);
    await assertTypeError(fetching, scriptURL, 'importScripts', 'background-fetch.sw.js');
    assert.isEmpty(await scope.backgroundFetch.getIds());
  });
});
