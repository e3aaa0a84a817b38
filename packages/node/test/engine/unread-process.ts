import { openBackgroundFetch } from '../../src/index.ts';

/** A process that keeps the record of a fetch and reads nothing of it, and ends when it has nothing to do. */
const [directory = '', url = ''] = process.argv.slice(2);
const engine = await openBackgroundFetch({ directory });
const inHand: unknown[] = [];
engine.addEventListener('backgroundfetchsuccess', (event) =>
  event.waitUntil(event.registration.matchAll().then((records) => inHand.push(...records))),
);
await engine.backgroundFetch.fetch('unread', url);
process.on('exit', () => process.stdout.write(`${inHand.length} in hand\n`));
