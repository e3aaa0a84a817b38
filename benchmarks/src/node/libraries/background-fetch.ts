import { basename, join } from 'node:path';
import { openBackgroundFetch, saveRecord } from '@background-fetch/node';

/** All URLs as records of one background fetch, each saved when the whole has succeeded. */
export async function downloadAll(
  urls: string[],
  directory: string,
  concurrency: number,
  store = '',
  connections = '4',
): Promise<void> {
  const engine = await openBackgroundFetch({
    directory: store,
    concurrency,
    connections: Number(connections),
    // the certificate of the benchmark's server is signed by nobody
    transferSettingsOf: () => ({ connection: { checked: false } }),
  });
  const saved = new Promise<void>((resolve, reject) => {
    engine.addEventListener('backgroundfetchsuccess', (event) => {
      const save = async (): Promise<void> => {
        const records = await event.registration.matchAll();
        const waiting = [...records];
        const work = async (): Promise<void> => {
          for (let record = waiting.shift(); record; record = waiting.shift()) {
            await saveRecord(record, join(directory, basename(record.request.url)));
          }
        };
        await Promise.all(Array.from({ length: concurrency }, work));
      };
      event.waitUntil(save().then(resolve, reject));
    });
    engine.addEventListener('backgroundfetchfail', ({ registration }) =>
      reject(new Error(`The background fetch failed: ${registration.failureReason}`)),
    );
  });
  await engine.backgroundFetch.fetch('benchmark', urls);
  await saved;
  await engine.close();
}
