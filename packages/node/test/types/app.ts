// Compiled, never run: what the README shows has to type-check in an app that has Node's types alone.
import {
  type AttemptChange,
  type BackgroundFetchOptions,
  type BackgroundFetchRegistration,
  type EngineStore,
  isPaused,
  onPausedChange,
  openBackgroundFetch,
  pause,
  saveRecord,
} from '@background-fetch/node';

export async function download(): Promise<Response | undefined> {
  const beforeAttempt = (): AttemptChange => ({
    url: new URL('https://example.com/signed'),
    headers: { authorization: 'token' },
  });
  const engine = await openBackgroundFetch({ directory: './downloads', beforeAttempt });
  engine.addEventListener('backgroundfetchsuccess', (event) => {
    event.waitUntil(
      (async () => {
        for (const record of await event.registration.matchAll()) await saveRecord(record, './ep-5.mp3');
        await event.updateUI({ title: 'Episode 5 is ready' });
      })(),
    );
  });
  const options: BackgroundFetchOptions = { title: 'Episode 5', downloadTotal: 3 };
  const bgFetch = await engine.backgroundFetch.fetch(
    'ep-5',
    [new URL('https://example.com/ep-5.mp3')],
    options,
  );
  bgFetch.addEventListener('progress', () => console.log(bgFetch.downloaded, 'of', bgFetch.downloadTotal));
  const stop: () => void = onPausedChange(bgFetch, (paused) => console.log(paused, isPaused(bgFetch)));
  await pause(bgFetch);
  stop();
  const found: BackgroundFetchRegistration | undefined = await engine.backgroundFetch.get('ep-5');
  const record = await found?.match('https://example.com/ep-5.mp3', { ignoreSearch: true });
  console.log(record?.request.url);
  await engine.close();
  return await record?.responseReady;
}

export async function refused(bgFetch: BackgroundFetchRegistration): Promise<void> {
  // @ts-expect-error there is no such option
  await bgFetch.match('/a', { ignoreCase: true });
  // @ts-expect-error a number names no request
  await bgFetch.match(5);
}

export async function refusedStores(store: EngineStore): Promise<void> {
  await (await openBackgroundFetch({ store, concurrency: 3 })).close();
  // @ts-expect-error a store is in a directory, or brought
  await openBackgroundFetch({ store, directory: './downloads' });
  // @ts-expect-error there is nothing to have a store in
  await openBackgroundFetch({ concurrency: 3 });
  // @ts-expect-error whether a store is free, it has to know itself
  await openBackgroundFetch({ store, wait: true });
  // @ts-expect-error it can't read
  await openBackgroundFetch({ store: { ...store, readBytes: undefined } });
}
