import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { uniqueKey } from '../../support/fetched.ts';
import { host, unsupported } from '../../support/host.ts';
import type { ContextKind, ContextOptions } from '../../support/open-context.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import { logOf, newResource, newUpload, type Resource, useHeldScope } from './given.ts';

type Found = { readonly error: string } | { readonly result: string };

/** Calls `fetch()` in a context; resolves with the error, or with how it ended. */
async function fetchThere(
  scope: TestScope,
  kind: ContextKind,
  options: ContextOptions,
  urls: readonly string[],
  method = 'GET',
): Promise<Found> {
  if (kind === 'tab') unsupported(['driven webkit'], 'a WebDriver session of WebKitGTK blocks pop-ups');
  const context = await openContext(kind, options);
  const hasApi = await context.run(() => 'serviceWorker' in navigator);
  if (!hasApi) unsupported([host.engine], 'the engine has no navigator.serviceWorker there');
  return await context.run(
    async (scopeUrl, id, all, verb) => {
      const registration = await navigator.serviceWorker.getRegistration(scopeUrl);
      if (!registration) return { error: 'no registration' };
      try {
        const requests = all.map((url) => new Request(url, { method: verb }));
        const started = await registration.backgroundFetch.fetch(id, requests);
        await new Promise((resolve) => {
          const check = () => started.result !== '' && resolve(0);
          started.onprogress = check;
          check();
        });
        return { result: `${started.result} ${started.failureReason}` };
      } catch (error) {
        const ids = await registration.backgroundFetch.getIds();
        return { error: `${(error as Error).name}: ${(error as Error).message} stored: ${ids.includes(id)}` };
      }
    },
    scope.scope,
    uniqueKey('id'),
    urls,
    method,
  );
}

function assertRefused(found: Found, url: string): void {
  const error = 'error' in found ? found.error : `it was accepted, and ended as ${found.result}`;
  for (const part of ['TypeError: ', url, 'Content Security Policy', 'stored: false'])
    assert.include(error, part);
}

async function methodsAt(file: Resource): Promise<string[]> {
  return (await logOf(file)).map(({ method }) => method);
}

const success: Found = { result: 'success ' };

describe('The Content Security Policy of the caller', () => {
  if (host.native || host.engine === 'node') {
    it('binds what it fetches', () => unsupported(['native', 'node'], 'the browser asks it itself'));
    return;
  }
  const scope = useHeldScope();
  const kinds: readonly ContextKind[] = ['frame', 'tab', 'dedicated-worker', 'shared-worker'];
  const onlyHere = "connect-src 'self'";
  const onlyThere = `connect-src ${host.crossOrigin}`;

  for (const kind of kinds) {
    it(`binds a ${kind}: another origin that it forbids is refused, and nothing is sent or stored`, async () => {
      const file = newResource({ cors: 'exposed' }, host.crossOrigin);
      assertRefused(await fetchThere(scope(), kind, { policy: onlyHere }, [file.url]), file.url);
      assert.isEmpty(await logOf(file));
    });

    it(`binds a ${kind}: its own origin is refused where that is forbidden`, async () => {
      const file = newResource();
      assertRefused(await fetchThere(scope(), kind, { policy: onlyThere }, [file.url]), file.url);
      assert.isEmpty(await logOf(file));
    });

    it(`lets a ${kind} fetch what it allows, with one request`, async () => {
      const own = newResource();
      const other = newResource({ cors: 'exposed' }, host.crossOrigin);
      assert.deepEqual(await fetchThere(scope(), kind, { policy: onlyHere }, [own.url]), success);
      assert.deepEqual(await fetchThere(scope(), kind, { policy: onlyThere }, [other.url]), success);
      assert.deepEqual(await fetchThere(scope(), kind, {}, [newResource().url]), success);
      assert.deepEqual(await methodsAt(own), ['GET']);
      // Firefox may let out what it is asked for and allows, before it is given up
      const isTrial = (method: string) => host.engine === 'firefox' && method === 'OPTIONS';
      assert.deepEqual(
        (await methodsAt(other)).filter((method) => !isTrial(method)),
        ['GET'],
      );
    });
  }

  it('lets no upload out', async () => {
    const upload = newUpload({ cors: 'exposed' }, host.crossOrigin);
    assertRefused(await fetchThere(scope(), 'frame', { policy: onlyHere }, [upload.url], 'POST'), upload.url);
    assert.isEmpty(await logOf(upload));
  });

  it('refuses all for one that is forbidden', async () => {
    const allowed = newResource();
    const forbidden = newResource({ cors: 'exposed' }, host.crossOrigin);
    const urls = [allowed.url, forbidden.url];
    assertRefused(await fetchThere(scope(), 'frame', { policy: onlyHere }, urls), forbidden.url);
    assert.isEmpty([...(await logOf(allowed)), ...(await logOf(forbidden))]);
  });

  for (const count of [3, 20]) {
    it(`is asked for each path, where it names paths, of ${count} files, too`, async () => {
      const files = Array.from({ length: count }, () => newResource({ cors: 'exposed' }, host.crossOrigin));
      const urls = files.map(({ url }) => url);
      const policy = `connect-src ${host.crossOrigin}/r/`;
      assert.deepEqual(await fetchThere(scope(), 'frame', { policy }, urls), success);
      const forbidden = newUpload({ cors: 'exposed' }, host.crossOrigin);
      const found = await fetchThere(scope(), 'frame', { policy }, [...urls, forbidden.url]);
      assertRefused(found, forbidden.url);
    });
  }

  it('is asked without a sight of it for the fetch listeners of the worker that controls the page', async () => {
    const own = await openScope();
    const here = newResource();
    const there = newResource({ cors: 'exposed' }, host.crossOrigin);
    const policy = `connect-src 'self' ${host.crossOrigin}`;
    const options = { policy, scope: own.scope };
    assert.deepEqual(await fetchThere(own, 'frame', options, [here.url, there.url]), success);
    const seen = await own.run(() => testWorker.fetched);
    assert.isNotEmpty(seen, 'the worker controls the page');
    assert.notIncludeMembers(seen, [here.url]);
    assert.notIncludeMembers(seen, [there.url]);
  });

  it('binds the service worker itself', async () => {
    if (host.engine === 'firefox') unsupported(['firefox'], 'the request is refused only when it is sent');
    const bound = await openScope({ policy: onlyHere });
    const file = newResource({ cors: 'exposed' }, host.crossOrigin);
    const error = await bound.run(async (url) => {
      try {
        await testWorker.registration.backgroundFetch.fetch('forbidden', url);
        return 'accepted';
      } catch (reason) {
        return `${reason}`;
      }
    }, file.url);
    assert.include(error, 'Content Security Policy');
    assert.isEmpty(await logOf(file));
  });
});
