import { assert } from 'chai';
import { openContext } from '../support/contexts.ts';
import { host, unsupported } from '../support/host.ts';
import type { ContextKind } from '../support/open-context.ts';
import { openScope } from '../support/scope.ts';

describe('the harness', () => {
  for (const worker of ['classic', 'module'] as const) {
    for (const integrity of [false, true]) {
      it(`evaluates functions in a ${worker} service worker${integrity ? ' with integrity' : ''}`, async () => {
        const scope = await openScope({ worker, integrity });
        assert.equal(scope.registration.active?.state, 'activated');
        const found = await scope.run(
          (a, b) => [a + b, 'backgroundFetch' in testWorker.registration, typeof testWorker],
          1,
          2,
        );
        assert.deepEqual(found, [3, true, 'object']);
      });
    }
  }

  it('leaves the polyfill out of a forgetful service worker', async () => {
    unsupported(['native'], 'the browser forgets nothing');
    const scope = await openScope({ worker: 'forgetful' });
    assert.isFalse(await scope.run(() => 'backgroundFetch' in testWorker.registration));
  });

  it('brings errors back as what they were', async () => {
    const scope = await openScope();
    const failing = scope.run(() => {
      throw new DOMException('no', 'InvalidStateError');
    });
    const error = await failing.then(
      () => undefined,
      (reason) => reason,
    );
    assert.instanceOf(error, DOMException);
    assert.equal(error.name, 'InvalidStateError');
  });

  const kinds: ContextKind[] = ['dedicated-worker', 'shared-worker', 'frame', 'tab'];
  for (const kind of kinds) {
    it(`evaluates functions in a ${kind}`, async () => {
      if (kind === 'tab') unsupported(['driven webkit'], 'a WebDriver session of WebKitGTK blocks pop-ups');
      const context = await openContext(kind);
      assert.deepEqual(await context.run(() => typeof BackgroundFetchManager), 'function');
    });
  }

  it('replaces the worker of a scope', async () => {
    const scope = await openScope();
    const next = await scope.installNextWorker({ integrity: true });
    assert.equal(next.state, 'installed');
    assert.equal(scope.registration.waiting, next);
  });

  it('reports events of the engine', async () => {
    const scope = await openScope();
    await scope.holdEvents('backgroundfetchsuccess');
    const registration = await scope.backgroundFetch.fetch('one', '/conformance/page.html');
    const report = await scope.nextEvent('backgroundfetchsuccess');
    assert.deepInclude(report, {
      id: 'one',
      result: 'success',
      matchCount: 1,
      order: 1,
      recordsAvailable: true,
    });
    assert.equal(host.native ? 'success' : registration.result, 'success');
    await scope.releaseEvents();
    assert.lengthOf(await scope.events(), 1);
  });
});
