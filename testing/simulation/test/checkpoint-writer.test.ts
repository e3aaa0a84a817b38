import type { Store, StoredRecord, StoreTransaction } from '@background-fetch/core';
import { sampleRecord } from '@background-fetch/testing-contracts';
import { MemoryStore, SimulatedClock } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';
import { CheckpointWriter } from '../../../packages/core/src/transfer/checkpoint-writer.ts';

const key = 'fetch-1';
const clock = new SimulatedClock();

/** A store with three records, which tells in which order it is asked. */
async function given(): Promise<{ store: Store; calls: string[]; uploaded: () => Promise<number[]> }> {
  const memory = new MemoryStore();
  await memory.write(async (transaction) => {
    for (const index of [0, 1, 2]) transaction.putRecord(sampleRecord({ index }));
  });
  const calls: string[] = [];
  const told = (transaction: StoreTransaction): StoreTransaction =>
    new Proxy(transaction, {
      get(target, name: keyof StoreTransaction) {
        if (name === 'getRecord') {
          return (fetch: string, index: number) => {
            calls.push(`get ${index}`);
            return target.getRecord(fetch, index);
          };
        }
        if (name === 'putRecord') {
          return (record: StoredRecord) => {
            calls.push(`put ${record.index}`);
            target.putRecord(record);
          };
        }
        return (target[name] as (...args: unknown[]) => unknown).bind(target);
      },
    });
  const store = new Proxy<Store>(memory, {
    get(target, name: keyof Store) {
      if (name !== 'write') return target[name];
      return (work: (transaction: StoreTransaction) => Promise<unknown>) => {
        calls.push('transaction');
        return target.write((transaction) => work(told(transaction)));
      };
    },
  });
  const uploaded = (): Promise<number[]> =>
    memory.read(async (transaction) => (await transaction.listRecords(key)).map(({ uploaded }) => uploaded));
  return { store, calls, uploaded };
}

/** Work that adds to a record's `uploaded`. */
const add =
  (count: number) =>
  async (transaction: StoreTransaction, record: StoredRecord | undefined): Promise<void> => {
    if (!record) throw new Error('no record');
    transaction.putRecord({ ...record, uploaded: record.uploaded + count });
  };

test('the records of one transaction are asked for before the first is written', async () => {
  const { store, calls, uploaded } = await given();
  const writer = new CheckpointWriter(store, clock);
  // the first has a transaction of its own, the others gather
  await Promise.all([0, 1, 2].map((index) => writer.writeRecord(key, index, add(index + 1))));
  expect(calls).toEqual(['transaction', 'get 0', 'put 0', 'transaction', 'get 1', 'get 2', 'put 1', 'put 2']);
  expect(await uploaded()).toEqual([1, 2, 3]);
});

test('a write sees what an earlier one of the same transaction made of its record', async () => {
  const { store, uploaded } = await given();
  const writer = new CheckpointWriter(store, clock);
  await Promise.all([
    writer.writeRecord(key, 0, add(1)),
    writer.writeRecord(key, 1, add(10)),
    writer.writeRecord(key, 1, add(20)),
    writer.writeRecord(key, 1, add(40)),
  ]);
  expect(await uploaded()).toEqual([1, 70, 0]);
});

test('a write sees what earlier work made that may change anything', async () => {
  const { store, uploaded } = await given();
  const writer = new CheckpointWriter(store, clock);
  await Promise.all([
    writer.writeRecord(key, 0, add(1)),
    writer.write(async (transaction) => add(5)(transaction, await transaction.getRecord(key, 2))),
    writer.writeRecord(key, 2, add(3)),
  ]);
  expect(await uploaded()).toEqual([1, 0, 8]);
});

test('of a transaction that fails, only those writes fail that are at fault', async () => {
  const { store, uploaded } = await given();
  const writer = new CheckpointWriter(store, clock);
  const outcomes = await Promise.allSettled([
    writer.writeRecord(key, 0, add(1)),
    writer.writeRecord(key, 1, add(1)),
    writer.writeRecord(key, 7, add(1)),
    writer.writeRecord(key, 2, add(1)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await uploaded()).toEqual([1, 1, 1]);
});

test('where records share transactions, more of them gather for as long as one takes, and other work waits for nothing', async () => {
  const memory = new MemoryStore({ clock, commitDelay: 20, stageDelay: 0 });
  const started: number[] = [];
  const store = new Proxy<Store>(memory, {
    get(target, name: keyof Store) {
      if (name !== 'write') return target[name];
      return (work: (transaction: StoreTransaction) => Promise<unknown>) => {
        started.push(clock.now() - began);
        return target.write(work);
      };
    },
  });
  const writer = new CheckpointWriter(store, clock);
  const write = (index: number): Promise<void> => writer.writeRecord(key, index, async () => {});
  const began = clock.now();
  const gathered = [0, 1, 2].map(write);
  await clock.runUntil(Promise.all(gathered));
  const late = write(0);
  await clock.runUntil(late);
  expect(started).toEqual([0, 20, 60]);
  await clock.runUntil(Promise.all([1, 2, 0].map(write)));
  const impatient = writer.write(async () => {});
  await clock.runUntil(impatient);
  expect(started).toEqual([0, 20, 60, 80, 100, 120]);
});
