import { isPaused, pause, resume } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { progressed, settled, sha256 } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertDOMException,
  assertSentOnce,
  contentOf,
  finish,
  firstResponse,
  heldUrl,
  logOf,
  newResource,
  newUpload,
  rangesAsked,
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
    unsupported(['node'], 'in Node the engine is asked, which looks at what is stored');
    const registration = await start(scope(), heldUrl());
    await pause(registration);
    assert.isTrue(isPaused(registration));
    await resume(registration);
    assert.isFalse(isPaused(registration));
    await registration.abort();
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

/** Waits until this context shows the registration as paused, or not. */
async function progressedPause(registration: Parameters<typeof isPaused>[0], paused: boolean): Promise<void> {
  while (isPaused(registration) !== paused) await new Promise((resolve) => setTimeout(resolve, 5));
}
