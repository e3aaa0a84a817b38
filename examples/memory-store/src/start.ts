import { openBackgroundFetch, saveRecord } from '@background-fetch/node';
import { MemoryStore } from './memory-store.ts';

// Downloads a URL into a file, with nothing else on the disk: node start.ts URL FILE

const [url, file] = process.argv.slice(2);
if (url === undefined || file === undefined) throw new TypeError('Give a URL and the name of a file');

const engine = await openBackgroundFetch({ store: new MemoryStore() });
const ended = new Promise<void>((resolve, reject) => {
  engine.onbackgroundfetchsuccess = (event) => {
    const save = async (): Promise<void> => {
      const [record] = await event.registration.matchAll();
      if (record) await saveRecord(record, file);
    };
    event.waitUntil(save().then(resolve, reject));
  };
  engine.onbackgroundfetchfail = (event) => reject(new Error(event.registration.failureReason));
});
try {
  await engine.backgroundFetch.fetch('example', url);
  await ended;
  console.log(`${file} is there`);
} finally {
  await engine.close();
}
