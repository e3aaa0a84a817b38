import type * as Ponyfill from 'background-fetch/ponyfill';
import { isPaused, pause, resume } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { settled, sha256 } from '../../support/fetched.ts';
import { host, unsupported } from '../../support/host.ts';
import type { ContextKind } from '../../support/open-context.ts';
import { openScope } from '../../support/scope.ts';
import { contentOf, eventOf, heldUrl, newResource, release, start, useHeldScope } from './given.ts';

/** Starts a background fetch in another context; resolves with what its registration shows at once. */
async function startThere(scopeUrl: string, id: string, url: string): Promise<unknown> {
  const registration = await navigator.serviceWorker.getRegistration(scopeUrl);
  if (!registration) return 'no registration';
  const started = await registration.backgroundFetch.fetch(id, url);
  Object.assign(globalThis, { started });
  return [started.id, started.result];
}

/** Waits in another context until what `startThere` started has settled. */
async function settleThere(): Promise<unknown> {
  const { started } = globalThis as unknown as { started: BackgroundFetchRegistration };
  while (started.result === '') {
    await new Promise((resolve) => started.addEventListener('progress', resolve, { once: true }));
  }
  const { result, downloaded } = started;
  return { result, downloaded };
}

const kinds: ContextKind[] = ['dedicated-worker', 'shared-worker', 'frame', 'tab'];

describe('fetch() in another context', () => {
  const scope = useHeldScope();

  for (const kind of kinds) {
    it(`works in a ${kind}, and its registration object is kept up to date there`, async () => {
      if (kind.endsWith('worker')) unsupported(['chromium'], 'its workers have no navigator.serviceWorker');
      if (kind === 'tab') unsupported(['driven webkit'], 'a WebDriver session of WebKitGTK blocks pop-ups');
      const context = await openContext(kind);
      const file = newResource({ size: 100_000 });
      const started = await context.run(startThere, scope().scope, file.key, file.url);
      assert.deepEqual(started, [file.key, '']);
      assert.deepEqual(await context.run(settleThere), { result: 'success', downloaded: 100_000 });
      assert.equal((await eventOf(scope(), 'backgroundfetchsuccess', file.key)).matchCount, 1);
    });
  }

  it('goes on when the page that called it is closed', async () => {
    const frame = await openContext('frame');
    const file = newResource({ size: 200_000, stall: 100_000 });
    await frame.run(startThere, scope().scope, file.key, file.url);
    frame.close();
    const here = await scope().backgroundFetch.get(file.key);
    if (!here) throw new Error('The background fetch is gone');
    await release(file);
    await settled(here);
    assert.include(here, { result: 'success', downloaded: 200_000 });
  });

  it('works in the service worker itself', async () => {
    const file = newResource({ size: 100_000 });
    const own = await openScope();
    const digest = await own.run(async (url) => {
      const started = await testWorker.registration.backgroundFetch.fetch('inside', url);
      const record = await started.match(url);
      return await testWorker.sha256((await record?.responseReady) as Response);
    }, file.url);
    assert.equal(digest, await sha256(contentOf(file)));
    assert.include(await own.nextEvent('backgroundfetchsuccess'), { id: 'inside', downloaded: 100_000 });
  });

  it('has the service worker’s script for a referrer there', async () => {
    const own = await openScope();
    const { scriptURL } = own.registration.active as ServiceWorker;
    const referrer = await own.run(async (url) => {
      const started = await testWorker.registration.backgroundFetch.fetch('inside', url);
      return (await started.match(url))?.request.referrer;
    }, newResource().url);
    assert.equal(referrer, scriptURL);
  });

  it('is refused by the service worker’s own start policy there', async () => {
    unsupported(['native'], 'the policy is the polyfill’s');
    const own = await openScope({ configure: { startPolicy: 'deny' } });
    const name = await own.run(
      (url) =>
        testWorker.registration.backgroundFetch.fetch('denied', url).then(
          () => 'fulfilled',
          (error: Error) => error.name,
        ),
      newResource().url,
    );
    assert.equal(name, 'NotAllowedError');
  });

  it('waits for consent where the start policy says so', async () => {
    unsupported(['native'], 'the policy is the polyfill’s');
    const own = await openScope({ configure: { startPolicy: 'start-paused' } });
    const file = newResource();
    await own.run(async (url) => {
      await testWorker.registration.backgroundFetch.fetch('waiting', url);
    }, file.url);
    const here = await own.backgroundFetch.get('waiting');
    if (!here) throw new Error('The background fetch is gone');
    assert.isTrue(isPaused(here));
    await resume(here);
    await settled(here);
    assert.equal(here.result, 'success');
  });
});

describe('A background fetch seen from several contexts', () => {
  const scope = useHeldScope();

  it('is one object in each, with the same state', async () => {
    const frame = await openContext('frame');
    const file = newResource({ size: 300_000, stall: 200_000 });
    const here = await start(scope(), file.url);
    const watch = frame.run(
      async (scopeUrl, id) => {
        const registration = await navigator.serviceWorker.getRegistration(scopeUrl);
        const manager = registration?.backgroundFetch;
        const [one, same] = [await manager?.get(id), await manager?.get(id)];
        Object.assign(globalThis, { started: one });
        return one === same;
      },
      scope().scope,
      here.id,
    );
    assert.isTrue(await watch);
    await release(file);
    const there = await frame.run(settleThere);
    await settled(here);
    assert.deepEqual(there, { result: here.result, downloaded: here.downloaded });
  });

  it('fires progress in each', async () => {
    const frame = await openContext('frame');
    const file = newResource({ hold: 1 });
    await frame.run(startThere, scope().scope, file.key, file.url);
    const here = await scope().backgroundFetch.get(file.key);
    if (!here) throw new Error('The background fetch is gone');
    await release(file);
    await settled(here);
    assert.deepEqual(await frame.run(settleThere), { result: 'success', downloaded: file.size });
  });

  it('tells each when it is paused in one, and when it is resumed, though nothing else changes', async () => {
    unsupported(['native'], 'only the browser’s own display pauses');
    const frame = await openContext('frame');
    const here = await start(scope(), heldUrl());
    await frame.run(hearOfPauses, '/conformance/polyfill/ponyfill.js', scope().scope, here.id);
    const heardThere = () =>
      frame.run(() => (globalThis as unknown as { nextHeard(): Promise<unknown> }).nextHeard());
    await pause(here);
    assert.deepEqual(await heardThere(), [true, true]);
    await resume(here);
    assert.deepEqual(await heardThere(), [false, false]);
    await here.abort();
  });

  it('can be read from a page that opened later', async () => {
    const file = newResource({ size: 300_000, stall: 100_000 });
    const here = await start(scope(), file.url);
    const frame = await openContext('frame');
    await frame.run(
      async (scopeUrl, id) => {
        const registration = await navigator.serviceWorker.getRegistration(scopeUrl);
        const found = await registration?.backgroundFetch.get(id);
        const [record] = (await found?.matchAll()) ?? [];
        Object.assign(globalThis, { response: await record?.responseReady });
      },
      scope().scope,
      here.id,
    );
    const reading = frame.run(() => (globalThis as unknown as { response: Response }).response.arrayBuffer());
    await release(file);
    assert.equal(await sha256(await reading), await sha256(contentOf(file)));
  });

  it('is shown by navigator.permissions as something that may be asked for', async () => {
    if (!navigator.permissions) unsupported([host.engine], 'the engine has no navigator.permissions');
    const status = await navigator.permissions.query({ name: 'background-fetch' as PermissionName });
    assert.include(['granted', 'prompt'], status.state);
  });

  it('is gone for good in each once it was aborted in one', async () => {
    const frame = await openContext('frame');
    const url = heldUrl();
    const here = await start(scope(), url);
    const there = () =>
      frame.run(
        async (scopeUrl, id) => {
          const registration = await navigator.serviceWorker.getRegistration(scopeUrl);
          return (await registration?.backgroundFetch.get(id)) === undefined;
        },
        scope().scope,
        here.id,
      );
    assert.isFalse(await there());
    await here.abort();
    assert.isTrue(await there());
  });
});

/** Runs in another page: notes what it hears of a background fetch. */
async function hearOfPauses(ponyfillUrl: string, scope: string, id: string): Promise<void> {
  const { isPaused, onPausedChange } = (await import(ponyfillUrl)) as typeof Ponyfill;
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const found = await registration?.backgroundFetch.get(id);
  if (!found) throw new Error(`${id} is not active`);
  const heard: unknown[] = [];
  let wake = (): void => {};
  found.addEventListener('progress', () => heard.push('progress'));
  onPausedChange(found, (paused) => {
    heard.push([paused, isPaused(found)]);
    wake();
  });
  const nextHeard = async () => {
    while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return heard.shift();
  };
  Object.assign(globalThis, { nextHeard });
}
