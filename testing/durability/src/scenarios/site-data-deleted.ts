import { deepStrictEqual } from 'node:assert/strict';
import { download, expectRead, look, start, untilSent } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';

/** What the page of another tab does to get rid of all that this site has stored. */
const deletion = `
  const unregister = async () => {
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  };
  const deleteDatabases = async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
      });
    }
  };
  const steps = args[0] ? [deleteDatabases, unregister] : [unregister, deleteDatabases];
  const begun = performance.now();
  for (const step of steps) await step();
  return performance.now() - begun;`;

export const siteDataDeleted: Scenario = {
  name: 'all data of the site deleted from another tab',
  everyTime: {
    engines: ['firefox'],
    because: 'the conformance suite unregisters beside what runs in each engine',
  },
  run: async ({ engine }) => {
    const figures: string[] = [];
    for (const databasesFirst of [true, false]) {
      await Session.use(engine, async (session) => {
        const page = await session.launch({ tabs: true });
        const files = [0, 1, 2].map((index) => download(`aborted:${index}`, 64, 2));
        for (const file of files) await start(session, page, file.key, file);
        await untilSent(session, files[0] as (typeof files)[0], 0.05);
        const other = await session.open('bare.html');
        const took = await session.run<number>(other, deletion, databasesFirst);
        for (const { key } of files) deepStrictEqual(await look(session, page, key), null);
        const again = await session.navigate(page);
        const file = download('file', 1, 1000);
        await start(session, again, 'file', file);
        await expectRead(session, 'file', file);
        figures.push(`${Math.round(took)} ms`);
      });
    }
    return `took ${figures.join(' and ')}`;
  },
};
