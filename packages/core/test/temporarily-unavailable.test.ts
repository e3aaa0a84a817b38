import { expect, it } from 'vitest';
import { waitForRetry } from '../src/algorithms/temporarily-unavailable.ts';
import { defaultEngineOptions } from '../src/index.ts';
import type { StoredBackgroundFetch } from '../src/model/background-fetch.ts';
import type { StoredRecord } from '../src/model/record.ts';
import { Job, type Workshop } from '../src/transfer/job.ts';
import { defaultStrategies } from '../src/transfer/strategies.ts';
import { Transfer } from '../src/transfer/transfer.ts';

const timers = new Set<() => void>();
const ports = {
  clock: {
    now: () => 0,
    setTimer(_: number, callback: () => void) {
      timers.add(callback);
      return () => timers.delete(callback);
    },
  },
  connectivity: { isOnline: () => true, onOnline: () => () => {} },
};

function jobOf(records: number): Job {
  const workshop = {
    ports,
    options: defaultEngineOptions,
    strategies: defaultStrategies,
  } as unknown as Workshop;
  const waiting = { state: 'backing-off', until: 60_000 } as unknown as StoredRecord;
  return new Job(
    workshop,
    { state: 'active' } as StoredBackgroundFetch,
    Array.from({ length: records }, () => waiting),
  );
}

/** With a listener of one signal for each, these would take most of a minute. */
it('100,000 records wait, and are let go together, in time that grows with their number', {
  timeout: 15_000,
}, async () => {
  const job = jobOf(100_000);
  const waits = job.records.map((_, index) => waitForRetry(new Transfer(job, index)));
  expect(timers.size).toBe(100_000);
  job.interrupt('stopped');
  await Promise.all(waits);
  expect(timers.size).toBe(0);
});

it('a wait that is over leaves nothing behind', async () => {
  const job = jobOf(1);
  const wait = waitForRetry(new Transfer(job, 0));
  for (const due of [...timers]) due();
  await wait;
  expect([timers.size, job.waits.size]).toEqual([0, 0]);
});
