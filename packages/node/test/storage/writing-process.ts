import { writeSync } from 'node:fs';
import type { ResponseData, StoredRecord } from '@background-fetch/core';
import { sampleBytes, sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import type { FaultPoint } from '../../src/storage/faults.ts';
import { openStore } from '../../src/storage/index.ts';

/**
 * A process that writes checkpoints of a body, prints where each one that is done ends, and kills itself at the given moment:
 * node writing-process.ts DIRECTORY POINT COUNT SIZE
 */
const [directory = '', point, count = '1', size = '1'] = process.argv.slice(2);
let left = Number(count);
let armed = false;
const store = await openStore(directory, {
  faults: (reached: FaultPoint) => {
    if (armed && reached === point && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const body = { fetch: 'fetch-1', index: 0, body: 0 };
const requestBody = await store.takeRequestBody(
  new Request('https://app.test/', { method: 'POST', body: sampleBytes(0, 200_000) }),
);
await store.write(async (transaction) => {
  transaction.putFetch(sampleFetch());
  transaction.putRecord(withStored(0));
  transaction.putRequestBody('fetch-1', 0, requestBody);
});
armed = true;

for (let end = Number(size); end <= 8 * Number(size); end += Number(size)) {
  const start = end - Number(size);
  const parts = [sampleBytes(start, end)];
  const staged = await store.stageBytes(body, start, parts);
  await store.write(async (transaction) => {
    transaction.putBytes(body, start, staged);
    transaction.putRecord(withStored(end));
  });
  writeSync(1, `${end}\n`);
}
await store.write(async (transaction) => transaction.deleteFetch('fetch-1'));
writeSync(1, 'deleted\n');

/** A record that says of how many bytes it is. */
function withStored(end: number): StoredRecord {
  const responseData: ResponseData = {
    body: 0,
    receivedAt: 0,
    coding: 'identity',
    length: null,
    lengthProven: false,
    responses: 1,
    head: { status: 200, statusText: '', headers: [], url: '', type: 'basic', redirected: false },
    stored: end > 0 ? [{ start: 0, end }] : [],
  };
  return sampleRecord({ responseData });
}
