import { openBackgroundFetch, saveRecord } from '@background-fetch/node';
import { readArguments } from './arguments.ts';

const { url, directory, file, impatient } = readArguments();
const engine = await openBackgroundFetch({
  directory: `${directory}/store`,
  wait: true,
  ...(impatient && { retry: { fruitlessAttempts: 2, unansweredRetries: 1 } }),
});
const saved = new Promise<void>((resolve, reject) => {
  engine.addEventListener('backgroundfetchsuccess', (event) => {
    const save = async () => {
      const record = await event.registration.match(url);
      if (!record) throw new Error(`${url} has no record`);
      await saveRecord(record, `${directory}/${file}`, { overwrite: true });
    };
    event.waitUntil(save().then(resolve, reject));
  });
  engine.addEventListener('backgroundfetchfail', (event) => {
    reject(new Error(`The background fetch failed: ${event.registration.failureReason}`));
  });
});
if (!(await engine.backgroundFetch.get(file))) await engine.backgroundFetch.fetch(file, url);
await saved;
await engine.close();
