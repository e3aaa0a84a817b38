import { canPause, click, isPaused, onPausedChange, pause, resume } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { progressed, settled, sha256 } from '../../support/fetched.ts';
import { host, unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertDOMException,
  assertSentOnce,
  assertTypeError,
  contentOf,
  eventOf,
  finish,
  firstResponse,
  heldUrl,
  logOf,
  newResource,
  newUpload,
  rangesAsked,
  rejectionOf,
  release,
  serverSaw,
  stalled,
  start,
  useHeldScope,
} from './given.ts';

describe('pause()', () => {
  const scope = useHeldScope();
  beforeEach(() => unsupported(['native'], 'only the browser’s own display pauses'));

  it('ends the requests that are under way, and keeps what has come', async () => {
    const file = newResource({ size: 600_000, attempts: 'stall:300000|ok' });
    const registration = await start(scope(), file.url);
    await progressed(registration, ({ downloaded }) => downloaded === 300_000);
    await pause(registration);
    await serverSaw(file, ([first]) => first?.finished != null);
    assert.equal(registration.downloaded, 300_000);
    assert.equal(registration.result, '');
    assert.include(await scope().backgroundFetch.getIds(), registration.id);
    await registration.abort();
  });

  it('is followed by a resume() that goes on where it stopped', async () => {
    const file = newResource({ size: 600_000, attempts: 'stall:300000|ok' });
    const registration = await start(scope(), file.url);
    await progressed(registration, ({ downloaded }) => downloaded === 300_000);
    await pause(registration);
    await serverSaw(file, ([first]) => first?.finished != null);
    await resume(registration);
    await settled(registration);
    assert.equal(registration.result, 'success');
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=300000-']);
    assert.equal(await sha256(await firstResponse(registration)), await sha256(contentOf(file)));
  });

  it('is told by isPaused(), in every context', async () => {
    const registration = await start(scope(), heldUrl());
    assert.isFalse(isPaused(registration));
    await pause(registration);
    await progressedPause(registration, true);
    await resume(registration);
    await progressedPause(registration, false);
    await registration.abort();
  });

  it('is told by isPaused() at once, where it was asked for', async () => {
    const registration = await start(scope(), heldUrl());
    await pause(registration);
    assert.isTrue(isPaused(registration));
    await resume(registration);
    assert.isFalse(isPaused(registration));
    await registration.abort();
  });

  it('calls what onPausedChange() was given before its promise resolves, once for each change', async () => {
    const file = newResource({ size: 600_000, stall: 300_000 });
    const registration = await start(scope(), file.url);
    await progressed(registration, ({ downloaded }) => downloaded === 300_000);
    const heard: unknown[] = [];
    registration.addEventListener('progress', () => heard.push('progress'));
    const stop = onPausedChange(registration, (paused) => heard.push(paused, isPaused(registration)));
    await pause(registration);
    assert.deepEqual(heard, [true, true]);
    // by then the engine has told every context of it, this one too
    await serverSaw(file, ([first]) => first?.finished != null);
    await pause(registration);
    await resume(registration);
    assert.deepEqual(heard, [true, true, false, false]);
    stop();
    await pause(registration);
    assert.lengthOf(heard, 4);
    await registration.abort();
  });

  it('and all that goes with it are there in the service worker, too', async () => {
    unsupported(['node'], 'Node has one context, and one set of functions');
    const registration = await start(scope(), heldUrl());
    const found = await scope().run(async (id) => {
      const { polyfill, registration } = testWorker;
      const found = await registration.backgroundFetch.get(id);
      if (!polyfill || !found) return null;
      const heard: boolean[] = [];
      const stop = polyfill.onPausedChange(found, (paused) => heard.push(paused));
      const could = polyfill.canPause(found);
      await polyfill.pause(found);
      const was = polyfill.isPaused(found);
      await polyfill.resume(found);
      stop();
      const is = polyfill.isPaused(found);
      await polyfill.click(found);
      return { could, was, is, heard };
    }, registration.id);
    assert.deepEqual(found, { could: true, was: true, is: false, heard: [true, false] });
    const clicked = await eventOf(scope(), 'backgroundfetchclick', registration.id);
    assert.equal(clicked.result, '');
    await registration.abort();
  });

  it('is possible as long as canPause() says so', async () => {
    const registration = await start(scope(), heldUrl());
    assert.isTrue(canPause(registration));
    await registration.abort();
    await settled(registration);
    assert.isFalse(canPause(registration));
  });

  it('keeps requests from being made that have not been', async () => {
    const own = await openScope({ configure: { engine: { concurrency: 2 } } });
    const blocking = Array.from({ length: 2 }, () => newResource({ hold: 1 }));
    const last = newResource();
    const registration = await start(
      own,
      [...blocking, last].map(({ url }) => url),
    );
    await Promise.all(blocking.map(stalled));
    await pause(registration);
    await Promise.all(blocking.map((file) => serverSaw(file, ([first]) => first?.finished != null)));
    assert.isEmpty(await logOf(last));
    await registration.abort();
  });

  it('rejects with an InvalidStateError while an upload is under way, which goes on', async () => {
    const upload = newUpload({ hold: 1 });
    const registration = await start(scope(), new Request(upload.url, { method: 'POST', body: 'once' }));
    await stalled(upload);
    await assertDOMException(pause(registration), 'InvalidStateError');
    await release(upload);
    await settled(registration);
    assert.equal(registration.result, 'success');
    await assertSentOnce(upload);
  });

  it('and resume() reject with an InvalidStateError when the fetch has ended', async () => {
    const registration = await finish(scope(), newResource().url);
    await assertDOMException(pause(registration), 'InvalidStateError');
    await assertDOMException(resume(registration), 'InvalidStateError');
  });

  it('does not keep a fetch from being aborted', async () => {
    const registration = await start(scope(), heldUrl());
    await pause(registration);
    assert.isTrue(await registration.abort());
    await settled(registration);
    assert.equal(registration.failureReason, 'aborted');
  });

  it('twice is as once, and so is resume()', async () => {
    const file = newResource();
    const registration = await start(scope(), file.url);
    await pause(registration).catch(() => {});
    await pause(registration).catch(() => {});
    await resume(registration).catch(() => {});
    await resume(registration).catch(() => {});
    await settled(registration);
    assert.equal(registration.result, 'success');
  });
});

describe('A registration of the browser’s own', () => {
  const scope = useHeldScope();

  /** Where there is none, something that looks like one. */
  async function openNative(): Promise<BackgroundFetchRegistration> {
    if (host.native) return await start(scope(), heldUrl());
    const native = Object.assign(new EventTarget(), { id: 'native', result: '', recordsAvailable: true });
    Object.defineProperty(native, Symbol.toStringTag, { value: 'BackgroundFetchRegistration' });
    return native as unknown as BackgroundFetchRegistration;
  }

  it('is not paused, and can’t be, as isPaused() and canPause() say', async () => {
    const native = await openNative();
    assert.deepEqual([isPaused(native), canPause(native)], [false, false]);
    onPausedChange(native, () => {})();
  });

  for (const [name, action] of Object.entries({ pause, resume, click })) {
    it(`makes ${name}() reject with a NotSupportedError that says what to do`, async () => {
      const error = await rejectionOf(action(await openNative()));
      assert.instanceOf(error, DOMException);
      assert.equal(error.name, 'NotSupportedError');
      assert.match(error.message, new RegExp(`${name}\\(\\).*native: 'replace'`));
    });
  }

  it('is told from what is no registration at all, which is a TypeError', async () => {
    for (const value of [undefined, null, 5, {}, scope().registration]) {
      const given = value as BackgroundFetchRegistration;
      for (const action of [pause, resume, click])
        await assertTypeError(action(given), 'BackgroundFetchRegistration');
      for (const action of [isPaused, canPause, (one: typeof given) => onPausedChange(one, () => {})])
        assert.throws(() => action(given), TypeError, 'BackgroundFetchRegistration');
    }
  });
});

/** Waits until this context shows the registration as paused, or not. */
async function progressedPause(registration: Parameters<typeof isPaused>[0], paused: boolean): Promise<void> {
  while (isPaused(registration) !== paused) await new Promise((resolve) => setTimeout(resolve, 5));
}
