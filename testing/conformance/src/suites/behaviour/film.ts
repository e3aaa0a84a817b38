import { click } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { progressed, settled, sha256, uniqueKey } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import type { BackgroundFetchEvent } from '../../worker/global.ts';
import { contentOf, heldUrl, logOf, newResource, type Resource, release, released } from './given.ts';

interface MovieData {
  readonly id: string;
  readonly title: string;
  readonly urls: readonly string[];
  readonly icons: readonly { readonly src: string }[];
  readonly downloadTotal: number;
  readonly pageUrl: string;
}

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** What of a service worker's globals the scenario uses. */
declare const registration: ServiceWorkerRegistration;
declare const clients: { openWindow(url: string): Promise<unknown> };

/**
 * The service worker of the explainer's film, evaluated in one: its four handlers for background fetches and the one for
 * fetches, with the names that the explainer leaves to the app.
 */
function becomeFilmWorker(movie: MovieData): void {
  const worker = globalThis as unknown as {
    addEventListener(type: string, listener: (event: BackgroundFetchEvent & FetchEvent) => void): void;
  };
  const getMovieDataSomehow = (_of: string | Request): MovieData => movie;
  const isMovieFetch = (event: FetchEvent): boolean => movie.urls.includes(event.request.url);
  const opened: string[] = [];
  Object.assign(globalThis, { opened });
  // no script may open a window without a click of the user
  clients.openWindow = async (url) => opened.push(url);

  worker.addEventListener('backgroundfetchsuccess', (event) => {
    event.waitUntil(
      (async () => {
        try {
          const cache = await caches.open(event.registration.id);
          const records = await event.registration.matchAll();
          const promises = records.map(async (record) => {
            const response = await record.responseReady;
            await cache.put(record.request, response);
          });
          await Promise.all(promises);
          const movieData = await getMovieDataSomehow(event.registration.id);
          await event.updateUI({ title: `${movieData.title} downloaded!` });
        } catch {
          event.updateUI({ title: 'Movie download failed' });
        }
      })(),
    );
  });

  worker.addEventListener('backgroundfetchfail', (event) => {
    event.waitUntil(
      (async () => {
        try {
          const cache = await caches.open(event.registration.id);
          const records = await event.registration.matchAll();
          const promises = records.map(async (record) => {
            const response = await record.responseReady.catch(() => undefined);
            if (response?.ok) {
              await cache.put(record.request, response);
            }
          });
          await Promise.all(promises);
        } finally {
          const movieData = await getMovieDataSomehow(event.registration.id);
          await event.updateUI({ title: `${movieData.title} download failed.` });
        }
      })(),
    );
  });

  worker.addEventListener('backgroundfetchclick', (event) => {
    event.waitUntil(
      (async () => {
        const movieData = await getMovieDataSomehow(event.registration.id);
        clients.openWindow(movieData.pageUrl);
      })(),
    );
  });

  worker.addEventListener('fetch', (event) => {
    if (isMovieFetch(event)) {
      event.respondWith(
        (async () => {
          const cachedResponse = await caches.match(event.request);
          if (cachedResponse) return cachedResponse;

          // Maybe it's mid-download?
          const movieData = getMovieDataSomehow(event.request);
          const bgFetch = await registration.backgroundFetch.get(`movie-${movieData.id}`);

          if (bgFetch) {
            const record = await bgFetch.match(event.request);
            if (record) return record.responseReady;
          }

          return fetch(event.request);
        })(),
      );
    } else if (event.request.mode === 'navigate') {
      const page = new Response('<!doctype html><title>Player</title>', {
        headers: { 'content-type': 'text/html' },
      });
      event.respondWith(Promise.resolve(page));
    }
  });
}

interface Film {
  readonly scope: TestScope;
  readonly movieData: MovieData;
  /** Does what the page does when the button is clicked. */
  download(): Promise<BackgroundFetchRegistration>;
}

async function openFilm(urls: readonly string[], downloadTotal: number): Promise<Film> {
  const scope = await openScope();
  const id = uniqueKey('film');
  const movieData: MovieData = {
    id,
    urls,
    downloadTotal,
    title: 'A film',
    icons: [{ src: '/poster.png' }],
    pageUrl: `/films/${id}`,
  };
  await scope.run(becomeFilmWorker, movieData);
  return {
    scope,
    movieData,
    async download() {
      const reg = scope.registration;
      return await reg.backgroundFetch.fetch(`movie-${movieData.id}`, [...movieData.urls], {
        icons: [...movieData.icons],
        title: `Downloading ${movieData.title}`,
        downloadTotal: movieData.downloadTotal,
      });
    },
  };
}

/** Opens a page that the scope's worker controls; resolves with its `fetch`. */
async function openPlayer({ scope }: Film): Promise<{ fetch: typeof fetch; close(): void }> {
  const frame = document.createElement('iframe');
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  frame.src = scope.url('player.html');
  document.body.append(frame);
  await loaded;
  const { contentWindow } = frame;
  if (!contentWindow?.navigator.serviceWorker.controller) throw new Error('The player has no service worker');
  return { fetch: contentWindow.fetch.bind(contentWindow), close: () => frame.remove() };
}

/** The digests of what a cache holds for these resources; null for what it does not hold. */
async function cachedDigests(name: string, files: readonly Resource[]): Promise<(string | null)[]> {
  const cache = await caches.open(name);
  return await Promise.all(
    files.map(async ({ url }) => {
      const response = await cache.match(url);
      return response ? await sha256(response) : null;
    }),
  );
}

describe('The explainer’s film', () => {
  it('is in a cache, part by part, when it has been downloaded', async () => {
    const files = [newResource({ size: 400_000 }), newResource({ size: 1000, type: 'image/png' })];
    const film = await openFilm(
      files.map(({ url }) => url),
      401_000,
    );
    const bgFetch = await film.download();
    let updates = 0;
    bgFetch.addEventListener('progress', () => updates++);
    await released(bgFetch);
    assert.equal(bgFetch.result, 'success');
    assert.isAtLeast(updates, 1);
    const expected = await Promise.all(files.map((file) => sha256(contentOf(file))));
    assert.deepEqual(await cachedDigests(bgFetch.id, files), expected);
  });

  it('can be watched while it is downloaded, and afterwards without the network', async () => {
    const file = newResource({ size: 600_000, stall: 200_000 });
    const film = await openFilm([file.url], 600_000);
    const player = await openPlayer(film);
    const bgFetch = await film.download();
    await progressed(bgFetch, ({ downloaded }) => downloaded >= 200_000);
    const playing = await player.fetch(file.url);
    assert.equal(playing.status, 200);
    assert.equal(bgFetch.result, '');
    await release(file);
    const expected = await sha256(contentOf(file));
    assert.equal(await sha256(await playing.arrayBuffer()), expected);
    await released(bgFetch);
    const again = await player.fetch(file.url);
    assert.equal(await sha256(await again.arrayBuffer()), expected);
    assert.lengthOf(await logOf(file), 1);
    player.close();
  });

  it('comes from the network when nobody has downloaded it', async () => {
    const file = newResource({ size: 10_000 });
    const film = await openFilm([file.url], 10_000);
    const player = await openPlayer(film);
    const response = await player.fetch(file.url);
    assert.equal(await sha256(await response.arrayBuffer()), await sha256(contentOf(file)));
    assert.lengthOf(await logOf(file), 1);
    player.close();
  });

  it('keeps the parts that could be downloaded when one could not', async () => {
    const files = [newResource({ size: 5000 }), newResource({ status: 404 }), newResource({ size: 7000 })];
    const film = await openFilm(
      files.map(({ url }) => url),
      20_000,
    );
    const bgFetch = await film.download();
    await released(bgFetch);
    assert.include(bgFetch, { result: 'failure', failureReason: 'bad-status' });
    const [first, missing, last] = await cachedDigests(bgFetch.id, files);
    assert.equal(first, await sha256(contentOf(files[0] as Resource)));
    assert.isNull(missing);
    assert.equal(last, await sha256(contentOf(files[2] as Resource)));
  });

  it('leaves nothing behind when its download is aborted', async () => {
    const film = await openFilm([newResource().url, heldUrl()], 0);
    const bgFetch = await film.download();
    assert.isTrue(await bgFetch.abort());
    await released(bgFetch);
    assert.equal(bgFetch.failureReason, 'aborted');
    assert.isFalse(await caches.has(bgFetch.id));
    assert.deepEqual(
      (await film.scope.events()).map(({ type }) => type),
      ['backgroundfetchabort'],
    );
  });

  it('opens its page when its download is clicked', async () => {
    unsupported(['native'], 'only the browser’s own display can be clicked');
    const film = await openFilm([heldUrl()], 0);
    const bgFetch = await film.download();
    await click(bgFetch);
    await film.scope.nextEvent('backgroundfetchclick');
    const opened = await film.scope.run(() => (globalThis as unknown as { opened: string[] }).opened);
    assert.deepEqual(opened, [film.movieData.pageUrl]);
    await bgFetch.abort();
  });

  it('fails when it is larger than was announced', async () => {
    const film = await openFilm([newResource({ size: 20_000 }).url], 10_000);
    const bgFetch = await film.download();
    await settled(bgFetch);
    assert.equal(bgFetch.failureReason, 'download-total-exceeded');
    await released(bgFetch);
  });
});
