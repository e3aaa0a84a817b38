// Compiled, never run: what an app in TypeScript writes has to type-check, and what it must not write must not.
import 'background-fetch';
import { install, pause } from 'background-fetch/ponyfill';

export async function download(): Promise<Response | undefined> {
  const registration = await navigator.serviceWorker.ready;
  const icons = [{ src: '/icon.png', sizes: '96x96' }];
  const requests = ['/a', new Request('/b')];
  const options = { title: 'A and B', icons, downloadTotal: 3 };
  const bgFetch = await registration.backgroundFetch.fetch('id', requests, options);
  const found: BackgroundFetchRegistration | undefined = await registration.backgroundFetch.get('id');
  if (found) await pause(found);
  bgFetch.onprogress = (event) => console.log(event.type, bgFetch.downloaded / bgFetch.downloadTotal);
  const ids: string[] = await registration.backgroundFetch.getIds();
  const record: BackgroundFetchRecord | undefined = await bgFetch.match('/a', { ignoreSearch: true });
  const records: readonly BackgroundFetchRecord[] = await bgFetch.matchAll();
  console.log(ids, records, bgFetch instanceof BackgroundFetchRegistration, await bgFetch.abort());
  const undo: () => void = install({ native: 'replace', startPolicy: () => 'start-paused' });
  undo();
  return await record?.responseReady;
}

export async function refused(bgFetch: BackgroundFetchRegistration, manager: BackgroundFetchManager) {
  // @ts-expect-error attributes are read-only
  bgFetch.downloaded = 5;
  // @ts-expect-error the requests are missing
  await manager.fetch('id');
  // @ts-expect-error there is no such result
  return bgFetch.result === 'done';
}
