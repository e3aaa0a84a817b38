import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BackgroundFetchRegistration, saveRecord } from '../../../../packages/node/src/index.ts';
import { openEngine } from '../../../../packages/node/src/open-background-fetch.ts';
import type { Instructions, Said } from './life.ts';

/**
 * A process that embeds an engine and is killed: `node performer.ts INSTRUCTIONS`. It says a line of JSON for what has
 * happened, and closes its engine once all that it knows of is handled.
 */
const { directory, saved, fetches, connections, untilFreed, die } = JSON.parse(
  process.argv[2] ?? '',
) as Instructions;
// synchronous: what was said is in the pipe when the process dies
const say = (said: Said): void => void writeSync(1, `${JSON.stringify(said)}\n`);

let left = die?.count ?? Number.POSITIVE_INFINITY;
const { engine, store } = await openEngine(
  {
    directory,
    connections,
    wait: true,
    retry: {
      firstDelay: 20,
      longestDelay: 200,
      stallTimeout: 700,
      fruitlessAttempts: 60,
      unansweredRetries: 60,
      unansweredWithin: 60_000,
    },
  },
  {
    faults: (point) => {
      if (point === die?.point && --left === 0) process.kill(process.pid, 'SIGKILL');
    },
  },
);
const listFetches = () => store.read((transaction) => transaction.listFetches());
// events wait for a listener: nothing that is found here can be gone before it is told of
const found = (await listFetches()).filter(({ state }) => state !== 'released').map(({ id }) => id);
say({ what: 'found', ids: found });

const pending = new Set([...found, ...fetches.map(({ id }) => id)]);
const close = async (): Promise<void> => {
  // bytes are freed after the event is over, and nobody is told
  while (untilFreed && (await listFetches()).length > 0) await delay(20);
  await engine.close();
  say({ what: 'closed' });
};

async function save(registration: BackgroundFetchRegistration): Promise<void> {
  const { id } = registration;
  const records = await registration.matchAll();
  for (const [index, record] of records.entries()) {
    await saveRecord(record, join(saved, `${id}-${index}`), { overwrite: true });
  }
  say({ what: 'handled', id });
  pending.delete(id);
  if (pending.size === 0) setImmediate(() => void close());
}

for (const name of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort'] as const) {
  engine.addEventListener(name, (event) => {
    const { id, failureReason } = event.registration;
    say({ what: 'event', id, name, failureReason });
    event.waitUntil(save(event.registration));
  });
}
for (const { id, urls } of fetches) {
  if (found.includes(id)) continue;
  await engine.backgroundFetch.fetch(id, [...urls]);
  say({ what: 'started', id });
}
if (pending.size === 0) await close();
