import { click } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { settled, uniqueKey } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import type { BackgroundFetchEvent } from '../../worker/global.ts';
import { assertSentOnce, newUpload, release, released, stalled, uploadsOf } from './given.ts';

/** What of a service worker's globals the scenario uses. */
declare const clients: { openWindow(url: string): Promise<unknown> };

/** The service worker of the explainer's photo upload, evaluated in one, with the names that are left to the app. */
function becomeGalleryWorker(enableGalleryUrl: string): void {
  const worker = globalThis as unknown as {
    addEventListener(type: string, listener: (event: BackgroundFetchEvent) => void): void;
  };
  const getGalleryIdSomehow = (id: string): string => id.slice('photo-upload-'.length);
  const successful = true;
  const opened: string[] = [];
  const told: string[] = [];
  Object.assign(globalThis, { opened, told });
  // no script may open a window without a click of the user
  clients.openWindow = async (url) => opened.push(url);

  worker.addEventListener('backgroundfetchsuccess', (event) => {
    event.waitUntil(
      (async () => {
        const galleryId = getGalleryIdSomehow(event.registration.id);
        await event.updateUI({ title: `Photos uploaded` });

        // The gallery is complete, so we can show it to the user's friends:
        await fetch(enableGalleryUrl, {
          method: 'POST',
          body: new URLSearchParams({ id: galleryId }),
        });
      })(),
    );
  });

  worker.addEventListener('backgroundfetchfail', (event) => {
    event.waitUntil(
      (async () => {
        const records = await event.registration.matchAll();
        let failed = 0;

        for (const record of records) {
          const response = await record.responseReady.catch(() => undefined);
          if (response?.ok) continue;
          failed++;
        }

        if (successful) {
          event.updateUI({ title: `${failed}/${records.length} uploads failed` });
          told.push(`${failed}/${records.length} uploads failed`);
        }
      })(),
    );
  });

  worker.addEventListener('backgroundfetchclick', (event) => {
    event.waitUntil(
      (async () => {
        const galleryId = getGalleryIdSomehow(event.registration.id);
        clients.openWindow(`/galleries/${galleryId}`);
      })(),
    );
  });
}

interface Gallery {
  readonly scope: TestScope;
  readonly galleryId: string;
  readonly enable: { readonly key: string };
}

async function openGallery(): Promise<Gallery> {
  const scope = await openScope();
  const enable = newUpload();
  await scope.run(becomeGalleryWorker, enable.url);
  return { scope, galleryId: uniqueKey('gallery'), enable };
}

/** What the page does when the button is clicked. */
async function uploadPhotos(
  { scope, galleryId }: Gallery,
  photos: readonly File[],
  uploadUrls: readonly string[],
): Promise<BackgroundFetchRegistration> {
  const requests = photos.map((photo, index) => {
    const body = new FormData();
    body.set('gallery', galleryId);
    body.set('photo', photo);

    return new Request(uploadUrls[index] as string, {
      body,
      method: 'POST',
      credentials: 'include',
    });
  });

  const reg = scope.registration;
  return await reg.backgroundFetch.fetch(`photo-upload-${galleryId}`, requests, {
    icons: [{ src: '/icon.png' }],
    title: `Uploading photos`,
  });
}

function takePhotos(count: number): File[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(20_000).fill(index + 1);
    return new File([bytes], `IMG_${index}.jpg`, { type: 'image/jpeg' });
  });
}

describe('The explainer’s photos', () => {
  it('arrive one by one, and then the gallery is shown', async () => {
    const gallery = await openGallery();
    const uploads = [newUpload(), newUpload(), newUpload()];
    const bgFetch = await uploadPhotos(
      gallery,
      takePhotos(3),
      uploads.map(({ url }) => url),
    );
    assert.isAbove(bgFetch.uploadTotal, 60_000);
    await released(bgFetch);
    assert.include(bgFetch, { result: 'success', uploaded: bgFetch.uploadTotal });
    for (const [index, upload] of uploads.entries()) {
      const [arrived, ...more] = await uploadsOf(upload);
      assert.isEmpty(more);
      assert.include(arrived?.text, `filename="IMG_${index}.jpg"`);
      assert.include(arrived?.text, gallery.galleryId);
    }
    const [enabled] = await uploadsOf(gallery.enable);
    assert.equal(enabled?.text, `id=${gallery.galleryId}`);
  });

  it('are counted when some don’t arrive, and the others are not stopped', async () => {
    const gallery = await openGallery();
    const uploads = [
      newUpload({ status: 500 }),
      newUpload({ delay: 50 }),
      newUpload({ size: 50_000, cut: 100 }),
    ];
    const bgFetch = await uploadPhotos(
      gallery,
      takePhotos(3),
      uploads.map(({ url }) => url),
    );
    await released(bgFetch);
    assert.equal(bgFetch.result, 'failure');
    const told = await gallery.scope.run(() => (globalThis as unknown as { told: string[] }).told);
    assert.deepEqual(told, ['2/3 uploads failed']);
    await assertSentOnce(...uploads);
    assert.isEmpty(await uploadsOf(gallery.enable));
  });

  it('go on while their upload is clicked, which opens the gallery', async () => {
    unsupported(['native'], 'only the browser’s own display can be clicked');
    const gallery = await openGallery();
    const upload = newUpload({ hold: 1 });
    const bgFetch = await uploadPhotos(gallery, takePhotos(1), [upload.url]);
    await stalled(upload);
    await click(bgFetch);
    await gallery.scope.nextEvent('backgroundfetchclick');
    const opened = await gallery.scope.run(() => (globalThis as unknown as { opened: string[] }).opened);
    assert.deepEqual(opened, [`/galleries/${gallery.galleryId}`]);
    await release(upload);
    await settled(bgFetch);
    assert.equal(bgFetch.result, 'success');
  });
});
