// Compiled, never run: what an app in TypeScript writes has to type-check, and what it must not write must not.
import 'background-fetch';
import {
  backgroundFetchOf,
  canPause,
  click,
  install,
  isPaused,
  onPausedChange,
  pause,
  putInto,
  BackgroundFetchRegistration as Registration,
  resume,
} from 'background-fetch/ponyfill';

export async function download(): Promise<Response | undefined> {
  const registration = await navigator.serviceWorker.ready;
  const icons = [{ src: '/icon.png', sizes: '96x96' }];
  const requests = ['/a', new Request('/b'), new URL('/c', location.href)];
  const options: BackgroundFetchOptions = { title: 'A and B', icons, downloadTotal: 3 };
  const bgFetch = await registration.backgroundFetch.fetch('id', requests, options);
  bgFetch.addEventListener('progress', function ({ type }) {
    console.log(type, this.downloaded, 'of', this.downloadTotal);
  });
  bgFetch.onprogress = (event) => console.log(event.type, bgFetch.downloaded / bgFetch.downloadTotal);
  const result: BackgroundFetchResult = bgFetch.result;
  const reason: BackgroundFetchFailureReason = bgFetch.failureReason;
  const ids: string[] = await registration.backgroundFetch.getIds();
  const record: BackgroundFetchRecord | undefined = await bgFetch.match('/a', { ignoreSearch: true });
  const records: readonly BackgroundFetchRecord[] = await bgFetch.matchAll();
  console.log(ids, records, result, reason, bgFetch instanceof BackgroundFetchRegistration);
  const permission: PermissionStatus = await navigator.permissions.query({ name: 'background-fetch' });
  if (permission.state === 'denied') await bgFetch.abort();
  return await record?.responseReady;
}

export async function withoutGlobals(registration: ServiceWorkerRegistration): Promise<void> {
  const manager: BackgroundFetchManager = backgroundFetchOf(registration);
  const found: BackgroundFetchRegistration | undefined = await manager.get('id');
  const same: Registration | undefined = found;
  if (!same || !(same instanceof Registration) || isPaused(same)) return;
  const stop: () => void = onPausedChange(same, (paused) => console.log(paused, canPause(same)));
  await pause(same);
  await resume(same);
  await click(same);
  stop();
  for (const record of await same.matchAll()) await putInto(await caches.open('episodes'), record);
  const undo: () => void = install({ native: 'replace', startPolicy: () => 'start-paused' });
  undo();
}

export async function refused(bgFetch: BackgroundFetchRegistration, manager: BackgroundFetchManager) {
  // @ts-expect-error attributes are read-only
  bgFetch.downloaded = 5;
  // @ts-expect-error the requests are missing
  await manager.fetch('id');
  // @ts-expect-error an icon needs a source
  await manager.fetch('id', '/a', { icons: [{ sizes: '96x96' }] });
  // @ts-expect-error there is no such result
  return bgFetch.result === 'done';
}
