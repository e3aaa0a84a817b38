import { assert } from 'chai';
import { sha256, uniqueKey } from '../../support/fetched.ts';
import { host, unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import type { TestScope } from '../../support/test-scope.ts';
import { contentOf, eventOf, logOf, newResource, start } from './given.ts';

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** Runs in a service worker: answers with what is in a cache, and with nothing else. */
function answerFromCaches(): void {
  const worker = globalThis as unknown as {
    addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  };
  worker.addEventListener('fetch', (event) => {
    event.respondWith(caches.match(event.request).then((cached) => cached ?? Response.error()));
  });
}

/** A page below the scope of the worker, with its `fetch` and its own base. */
async function openPage(scope: TestScope): Promise<Window & typeof globalThis> {
  const cache = await caches.open(uniqueKey('page'));
  const html = { headers: { 'content-type': 'text/html' } };
  await cache.put(scope.url('page.html'), new Response('<!doctype html><title>Page</title>', html));
  const frame = document.createElement('iframe');
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  frame.src = scope.url('page.html');
  document.body.append(frame);
  await loaded;
  return frame.contentWindow as Window & typeof globalThis;
}

describe('putInto()', () => {
  it('keeps where a redirect has led, for who is answered from the cache', async () => {
    unsupported(['native'], 'the browser’s own responses keep their URL in a cache');
    unsupported(['node'], 'Node has no Cache API');
    const scope = await openScope();
    await scope.run(answerFromCaches);
    await scope.handleEvent(
      'backgroundfetchsuccess',
      async ({ registration }, name) => {
        const cache = await caches.open(name);
        const urls: string[] = [];
        for (const record of await registration.matchAll()) {
          urls.push((await record.responseReady).url);
          await testWorker.polyfill?.putInto(cache, record);
        }
        return { urls, count: (await cache.keys()).length };
      },
      uniqueKey('cache'),
    );
    const [plain, moved] = [newResource(), newResource({ redirect: 1 })];
    const registration = await start(scope, [plain.url, `${moved.url}#part`]);
    const { value } = await eventOf(scope, 'backgroundfetchsuccess', registration.id);
    const { urls, count } = value as { urls: string[]; count: number };
    assert.equal(count, 3);
    const page = await openPage(scope);
    for (const [index, file] of [plain, moved].entries()) {
      const cached = await page.fetch(file.url);
      assert.equal(cached.url, urls[index]);
      // WebKit forgets it of what a worker answers with
      if (host.engine !== 'webkit') assert.equal(cached.redirected, file === moved);
      assert.equal(await sha256(await cached.arrayBuffer()), await sha256(contentOf(file)));
      assert.lengthOf(await logOf(file), file === moved ? 2 : 1);
    }
    page.frameElement?.remove();
  });

  it('is as put() for what was not redirected, and refuses what a cache refuses', async () => {
    unsupported(['native'], 'the worker does not run our engine');
    unsupported(['node'], 'Node has no Cache API');
    const scope = await openScope();
    await scope.handleEvent('backgroundfetchsuccess', async ({ registration }) => {
      const cache = await caches.open('refusing');
      const [record] = await registration.matchAll();
      return await (record && testWorker.polyfill?.putInto(cache, record))?.catch((error) => error.name);
    });
    const upload = new Request(new URL(`/upload/${uniqueKey()}`, location.href), {
      method: 'POST',
      body: 'a',
    });
    const registration = await start(scope, upload);
    assert.equal((await eventOf(scope, 'backgroundfetchsuccess', registration.id)).value, 'TypeError');
  });
});
