import { assert } from 'chai';
import { progressed, settled } from '../../support/fetched.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertDOMException,
  eventOf,
  finish,
  heldUrl,
  newCutResource,
  newResource,
  newUpload,
  release,
  released,
  start,
  useHeldScope,
} from './given.ts';

interface Seen {
  readonly downloaded: number;
  readonly uploaded: number;
  readonly result: string;
  readonly failureReason: string;
}

/** Notes the state at each progress event. */
function watch(registration: BackgroundFetchRegistration): Seen[] {
  const seen: Seen[] = [];
  registration.addEventListener('progress', () => {
    const { downloaded, uploaded, result, failureReason } = registration;
    seen.push({ downloaded, uploaded, result, failureReason });
  });
  return seen;
}

describe('progress', () => {
  const scope = useHeldScope();

  it('starts from nothing: no byte is transferred when fetch() resolves', async () => {
    const registration = await start(scope(), heldUrl(), { downloadTotal: 70_000 });
    assert.include(registration, { downloaded: 0, uploaded: 0, downloadTotal: 70_000, uploadTotal: 0 });
    assert.include(registration, { result: '', failureReason: '', recordsAvailable: true });
    await registration.abort();
  });

  it('tells of bytes that are stored while the response still comes', async () => {
    const file = newResource({ size: 300_000, stall: 200_000 });
    const registration = await start(scope(), file.url);
    await progressed(registration, ({ downloaded }) => downloaded === 200_000);
    assert.equal(registration.result, '');
    await release(file);
    await settled(registration);
    assert.equal(registration.downloaded, 300_000);
  });

  it('fires only when a property has changed, and never goes back while nothing is replaced', async () => {
    const registration = await start(scope(), newResource({ size: 600_000, rate: 1_500_000 }).url);
    const seen = watch(registration);
    await settled(registration);
    assert.isNotEmpty(seen);
    for (const [index, state] of seen.entries()) {
      const previous = seen[index - 1] ?? { downloaded: 0, uploaded: 0, result: '', failureReason: '' };
      assert.notDeepEqual(state, previous);
      assert.isAtLeast(state.downloaded, previous.downloaded);
    }
  });

  it('fires once with the final state, last of all, before the terminal event', async () => {
    const registration = await start(scope(), newResource({ size: 100_000 }).url);
    const seen = watch(registration);
    const event = await eventOf(scope(), 'backgroundfetchsuccess', registration.id);
    const final = { downloaded: 100_000, uploaded: 0, result: 'success', failureReason: '' };
    assert.deepEqual(seen.at(-1), final);
    assert.lengthOf(
      seen.filter(({ result }) => result !== ''),
      1,
    );
    assert.include(event, final);
  });

  it('goes to onprogress as a plain Event, with the registration as this and target', async () => {
    const registration = await start(scope(), heldUrl());
    const handled = new Promise<[unknown, Event]>((resolve) => {
      registration.onprogress = function (this: unknown, event) {
        resolve([this, event]);
      };
    });
    await registration.abort();
    const [receiver, event] = await handled;
    assert.equal(receiver, registration);
    assert.equal(event.target, registration);
    assert.equal(event.type, 'progress');
    assert.isFalse(event.bubbles);
    assert.isFalse(event.cancelable);
  });

  it('goes to one registration object in each context, however often it was asked for', async () => {
    const registration = await start(scope(), heldUrl());
    const again = await scope().backgroundFetch.get(registration.id);
    let fired = 0;
    for (const one of new Set([registration, again])) one?.addEventListener('progress', () => fired++);
    await registration.abort();
    await settled(registration);
    assert.equal(fired, 1);
  });

  it('counts the bytes of request bodies as uploaded', async () => {
    const { url } = newUpload();
    const bodies = ['x'.repeat(1000), new Uint8Array(500)];
    const requests = bodies.map((body) => new Request(url, { method: 'POST', body }));
    const registration = await start(scope(), requests);
    assert.equal(registration.uploadTotal, 1500);
    const seen = watch(registration);
    await settled(registration);
    assert.equal(registration.uploaded, 1500);
    for (const { uploaded } of seen) assert.include([0, 500, 1000, 1500], uploaded);
  });

  it('counts bytes once although they came from two responses', async () => {
    const registration = await finish(scope(), newResource({ size: 200_000, attempts: 'cut:100000|ok' }).url);
    assert.equal(registration.downloaded, 200_000);
  });

  it('tells of fewer bytes when a response is replaced', async () => {
    const file = newCutResource([90_000], { etag: 'none', lastmod: 'none' }, 'stall:1');
    const registration = await start(scope(), file.url);
    await progressed(registration, ({ downloaded }) => downloaded === 90_000);
    await release(file);
    await progressed(registration, ({ downloaded }) => downloaded < 90_000);
    await release(file);
    await settled(registration);
    assert.equal(registration.downloaded, 300_000);
  });

  it('is over once the fetch has settled', async () => {
    const own = await openScope();
    await own.holdEvents('backgroundfetchabort');
    const registration = await start(own, newResource({ size: 500_000, rate: 1_000_000 }).url);
    await registration.abort();
    await settled(registration);
    const seen = watch(registration);
    await own.nextEvent('backgroundfetchabort');
    await own.releaseEvents();
    await released(registration);
    assert.isEmpty(seen);
  });
});

describe('downloadTotal', () => {
  const scope = useHeldScope();

  it('may be met exactly', async () => {
    const registration = await finish(scope(), newResource({ size: 100_000 }).url, {
      downloadTotal: 100_000,
    });
    assert.include(registration, { result: 'success', failureReason: '', downloaded: 100_000 });
  });

  it('fails the fetch with one byte more', async () => {
    const registration = await finish(scope(), newResource({ size: 100_001 }).url, {
      downloadTotal: 100_000,
    });
    assert.include(registration, { result: 'failure', failureReason: 'download-total-exceeded' });
    assert.isAtMost(registration.downloaded, 100_000);
  });

  it('is compared with all bodies of the fetch together', async () => {
    const urls = [newResource({ size: 60_000 }).url, newResource({ size: 60_000 }).url];
    const registration = await finish(scope(), urls, { downloadTotal: 100_000 });
    assert.include(registration, { result: 'failure', failureReason: 'download-total-exceeded' });
  });

  it('stops every other record at once when it is exceeded', async () => {
    const urls = [heldUrl(), newResource({ size: 100 }).url];
    const registration = await finish(scope(), urls, { downloadTotal: 10 });
    assert.equal(registration.failureReason, 'download-total-exceeded');
    const [held] = await registration.matchAll();
    await assertDOMException(held?.responseReady ?? Promise.resolve(), 'AbortError');
  });

  it('of 0 is no limit', async () => {
    const registration = await finish(scope(), newResource({ size: 100_000 }).url, { downloadTotal: 0 });
    assert.include(registration, { result: 'success', downloadTotal: 0 });
  });

  it('counts stored bytes only: a HEAD response has none, whatever its Content-Length', async () => {
    const request = new Request(newResource({ size: 100_000 }).url, { method: 'HEAD' });
    const registration = await finish(scope(), request, { downloadTotal: 1 });
    assert.include(registration, { result: 'success', downloaded: 0 });
  });
});
