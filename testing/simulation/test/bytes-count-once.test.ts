import type { EnginePorts, ResponseData } from '@background-fetch/core';
import { sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import { MemoryStore, SimulatedClock } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';
import { BodySink } from '../../../packages/core/src/transfer/body-sink.ts';
import { CheckpointWriter } from '../../../packages/core/src/transfer/checkpoint-writer.ts';
import { Job } from '../../../packages/core/src/transfer/job.ts';
import { defaultEngineOptions } from '../../../packages/core/src/transfer/options.ts';
import { Origins } from '../../../packages/core/src/transfer/origins.ts';
import { RecordPool } from '../../../packages/core/src/transfer/record-pool.ts';
import { defaultStrategies } from '../../../packages/core/src/transfer/strategies.ts';
import { Transfer } from '../../../packages/core/src/transfer/transfer.ts';

const url = 'https://app.test/film.mp4';
const responseData: ResponseData = {
  body: 0,
  receivedAt: 0,
  coding: 'identity',
  length: 400,
  lengthProven: true,
  stored: [],
  responses: 1,
  head: { status: 200, statusText: 'OK', headers: [], url, type: 'basic', redirected: false },
};

/** A job with one record that has a response, on a store in memory. */
async function givenJob(): Promise<{ job: Job; store: MemoryStore; clock: SimulatedClock }> {
  const clock = new SimulatedClock();
  const store = new MemoryStore({ clock, commitDelay: 5, stageDelay: 5 });
  const fetch = sampleFetch();
  const record = sampleRecord({ responseData });
  const given = store.write(async (transaction) => {
    transaction.putFetch(fetch);
    transaction.putRecord(record);
  });
  await clock.runUntil(given);
  const ports = { store, clock, network: {} } as unknown as EnginePorts;
  const options = { ...defaultEngineOptions, smallestCheckpoint: 100, checkpointSize: 100 };
  const workshop = {
    ports,
    options,
    strategies: defaultStrategies,
    writer: new CheckpointWriter(store, clock),
    origins: new Origins(ports, options),
    pool: new RecordPool(1),
  };
  return { job: new Job(workshop, fetch, [record]), store, clock };
}

/**
 * What the bytes stored and the bytes under way add up to, whenever that changes: looked at after each of the promise
 * jobs that follow on a commit.
 */
function sumsAfterCommits(job: Job, store: MemoryStore): number[] {
  const sums: number[] = [];
  store.beforeCommit = async () => {
    for (let jobs = 0; jobs < 200; jobs++) {
      await null;
      const sum = job.totals.downloaded + job.pendingBytes;
      if (sum !== sums.at(-1)) sums.push(sum);
    }
  };
  return sums;
}

test('bytes on their way into the store count once at every moment', async () => {
  const { job, store, clock } = await givenJob();
  const transfer = new Transfer(job, 0);
  const sinks = [0, 200].map((start) => new BodySink(transfer, 0, start, null));
  for (const sink of sinks) await sink.write(new Uint8Array(200));
  const sums = sumsAfterCommits(job, store);
  await clock.runUntil(Promise.all(sinks.map((sink) => sink.finish())));
  expect(job.totals.downloaded).toBe(400);
  expect(sums).toEqual([400]);
});

test.for(['staged', 'committed'])('bytes that could not be %s count no longer', async (what) => {
  const { job, store, clock } = await givenJob();
  const sink = new BodySink(new Transfer(job, 0), 0, 0, null);
  const fail = (): void => store.failWrites('io');
  if (what === 'staged') fail();
  else store.beforeCommit = fail;
  await sink.write(new Uint8Array(200));
  expect(job.pendingBytes).toBe(200);
  await expect(clock.runUntil(sink.finish())).rejects.toThrow('The write failed');
  expect(job.pendingBytes).toBe(0);
  expect(job.totals.downloaded).toBe(0);
});
