import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { settled } from '../../support/fetched.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertDOMException,
  eventOf,
  finish,
  firstRecord,
  firstResponse,
  heldUrl,
  newResource,
  readerOf,
  readRest,
  rejectionOf,
  released,
  serverSaw,
  stalled,
  start,
  useHeldScope,
  useScope,
} from './given.ts';

describe('abort()', () => {
  const scope = useHeldScope();

  it('resolves with true, and with false when the fetch was aborted before', async () => {
    const registration = await start(scope(), heldUrl());
    assert.isTrue(await registration.abort());
    assert.isFalse(await registration.abort());
  });

  it('resolves with true for one of two simultaneous calls', async () => {
    const registration = await start(scope(), heldUrl());
    const results = await Promise.all([registration.abort(), registration.abort()]);
    assert.sameMembers(results, [true, false]);
  });

  it('resolves with false when the fetch has ended', async () => {
    const registration = await finish(scope(), newResource().url);
    assert.isFalse(await registration.abort());
    assert.equal(registration.result, 'success');
  });

  it('has taken the id from getIds() and get() when it resolves', async () => {
    const registration = await start(scope(), heldUrl());
    await registration.abort();
    assert.notInclude(await scope().backgroundFetch.getIds(), registration.id);
    assert.isUndefined(await scope().backgroundFetch.get(registration.id));
  });

  it('ends the fetch as a failure for the reason "aborted", whatever else went wrong', async () => {
    const registration = await start(scope(), [newResource({ status: 404 }).url, heldUrl()]);
    const [missing] = await registration.matchAll();
    await missing?.responseReady;
    await registration.abort();
    await settled(registration);
    assert.include(registration, { result: 'failure', failureReason: 'aborted' });
    const event = await eventOf(scope(), 'backgroundfetchabort', registration.id);
    assert.include(event, { result: 'failure', failureReason: 'aborted', recordsAvailable: true });
  });

  it('ends the requests that are under way', async () => {
    const file = newResource({ size: 500_000, stall: 200_000 });
    const registration = await start(scope(), file.url);
    await stalled(file);
    await registration.abort();
    const log = await serverSaw(file, ([only]) => only?.finished != null);
    assert.deepEqual(
      log.map(({ finished }) => finished),
      ['aborted-by-client'],
    );
  });

  it('rejects the responses that had not come with an AbortError', async () => {
    const registration = await start(scope(), heldUrl());
    const record = await firstRecord(registration);
    await registration.abort();
    await assertDOMException(record.responseReady, 'AbortError');
  });

  it('breaks the body of a response that is being read with an AbortError', async () => {
    const file = newResource({ size: 500_000, stall: 200_000 });
    const registration = await start(scope(), file.url);
    const reader = readerOf(await firstResponse(registration));
    await stalled(file);
    await registration.abort();
    // not by arrayBuffer(): Chromium turns every error of a stream into a TypeError there
    await assertDOMException(readRest(reader), 'AbortError');
  });

  it('leaves responses readable that were complete', async () => {
    const done = newResource({ size: 1000 });
    const registration = await start(scope(), [done.url, heldUrl()]);
    const record = await firstRecord(registration);
    await (await record.responseReady).arrayBuffer();
    await registration.abort();
    await settled(registration);
    const response = await firstResponse(registration);
    assert.equal((await response.arrayBuffer()).byteLength, 1000);
  });

  it('works from the service worker', async () => {
    const registration = await start(scope(), heldUrl());
    const aborted = await scope().run(async (id) => {
      const found = await testWorker.registration.backgroundFetch.get(id);
      return found?.abort();
    }, registration.id);
    assert.isTrue(aborted);
    await settled(registration);
    assert.equal(registration.failureReason, 'aborted');
    assert.isFalse(await registration.abort());
  });

  it('works from another page', async () => {
    const registration = await start(scope(), heldUrl());
    const frame = await openContext('frame');
    const aborted = await frame.run(
      async (scopeUrl, id) => {
        const found = await navigator.serviceWorker.getRegistration(scopeUrl);
        return (await found?.backgroundFetch.get(id))?.abort();
      },
      scope().scope,
      registration.id,
    );
    assert.isTrue(aborted);
    await settled(registration);
    assert.equal(registration.failureReason, 'aborted');
  });

  it('is no method for anything but a registration', async () => {
    const registration = await start(scope(), heldUrl());
    const error = await rejectionOf(registration.abort.call({} as never));
    assert.instanceOf(error, TypeError);
    await registration.abort();
  });
});

describe('The end of an aborted fetch', () => {
  const scope = useScope();

  it('comes in order: id gone, promise, final state in every context, event, records released', async () => {
    const own = await openScope();
    await own.holdEvents('backgroundfetchabort');
    const registration = await start(own, heldUrl());
    const order: string[] = [];
    registration.addEventListener('progress', () => order.push(`progress ${registration.result}`));
    const aborting = registration.abort().then(async () => {
      order.push('promise');
      assert.isEmpty(await own.backgroundFetch.getIds());
    });
    const event = own.nextEvent('backgroundfetchabort').then(() => order.push('event'));
    await Promise.all([aborting, event]);
    assert.isTrue(registration.recordsAvailable);
    await own.releaseEvents();
    await released(registration);
    assert.deepEqual(order, ['promise', 'progress failure', 'event']);
  });

  it('has reached another page’s registration object when the event is dispatched', async () => {
    const registration = await start(scope(), heldUrl());
    const frame = await openContext('frame');
    const watching = frame.run(
      async (scopeUrl, id) => {
        const found = await navigator.serviceWorker.getRegistration(scopeUrl);
        const watched = await found?.backgroundFetch.get(id);
        Object.assign(globalThis, { watched });
        return watched?.result;
      },
      scope().scope,
      registration.id,
    );
    assert.equal(await watching, '');
    await registration.abort();
    await eventOf(scope(), 'backgroundfetchabort', registration.id);
    const result = await frame.run(
      () => (globalThis as unknown as { watched: { result: string } }).watched.result,
    );
    assert.equal(result, 'failure');
  });

  it('frees what was stored once the event’s handlers are done', async () => {
    const registration = await start(scope(), heldUrl());
    await registration.abort();
    await released(registration);
    await assertDOMException(registration.matchAll(), 'InvalidStateError');
    assert.isFalse(registration.recordsAvailable);
    assert.include(registration, { result: 'failure', failureReason: 'aborted' });
  });
});
