import { StoreError } from '@background-fetch/core';
import { sampleFetch, sampleRecord } from '@background-fetch/testing-contracts';
import { expect, it } from 'vitest';
import { openStore } from '../../src/storage/index.ts';
import type { NodeStore } from '../../src/storage/node-store.ts';
import { useEngines } from '../engine/given.ts';

const engines = useEngines();
const fetch = sampleFetch();
const waiting = sampleRecord();
const later = { ...waiting, uploaded: waiting.uploaded + 1 };

async function put(store: NodeStore, ...rows: readonly (typeof waiting)[]): Promise<void> {
  await store.write(async (transaction) => {
    transaction.putFetch(fetch);
    for (const row of rows) transaction.putRecord(row);
  });
}

const listed = (store: NodeStore) => store.read((transaction) => transaction.listRecords(fetch.key));

it('knows the rows that this process has read, and reads those of another anew', async () => {
  const directory = await engines.directory();
  const first = await openStore(directory);
  await put(first, waiting);
  const [once] = await listed(first);
  expect((await listed(first))[0]).toBe(once);
  await first.close();
  const second = await openStore(directory);
  const [read] = await listed(second);
  expect(read).toEqual(waiting);
  expect(read).not.toBe(once);
  expect((await listed(second))[0]).toBe(read);
  await second.close();
});

it('forgets what a transaction has written that fails', async () => {
  const store = await openStore(await engines.directory());
  await put(store, waiting);
  const failing = store.write(async (transaction) => {
    transaction.putRecord(later);
    expect(await transaction.getRecord(fetch.key, 0)).toEqual(later);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await listed(store)).toEqual([waiting]);
  await store.close();
});

it('forgets what all transactions have written that share a commit which fails', async () => {
  let fails = false;
  const faults = (point: string): void => {
    if (fails && point === 'commit') throw new StoreError('The disk is gone');
  };
  const store = await openStore(await engines.directory(), { faults });
  await put(store, waiting);
  fails = true;
  const changes = [later, { ...later, uploaded: 7 }].map((record) =>
    store.write(async (transaction) => transaction.putRecord(record)),
  );
  const seen = store.write((transaction) => transaction.getRecord(fetch.key, 0));
  expect(await Promise.allSettled([...changes, seen])).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  fails = false;
  expect(await listed(store)).toEqual([waiting]);
  await store.close();
});

it('keeps the order of records, whatever the order in which they were put', async () => {
  const store = await openStore(await engines.directory());
  await put(store, { ...waiting, index: 2 }, { ...waiting, index: 0 }, { ...waiting, index: 1 });
  expect((await listed(store)).map(({ index }) => index)).toEqual([0, 1, 2]);
  await store.close();
});

it.each(['in one transaction', 'in two'])(
  'knows records that are put before their fetch, %s',
  async (how) => {
    const store = await openStore(await engines.directory());
    const putRecord = () => store.write(async (transaction) => transaction.putRecord(waiting));
    if (how === 'in two') await putRecord();
    await store.write(async (transaction) => {
      if (how !== 'in two') transaction.putRecord(waiting);
      transaction.putFetch(fetch);
    });
    expect(await listed(store)).toEqual([waiting]);
    await store.close();
  },
);

it('knows nothing of a fetch that was deleted, or released, or made anew under its key', async () => {
  const store = await openStore(await engines.directory());
  await put(store, waiting);
  await store.write(async (transaction) => transaction.deleteFetch(fetch.key));
  expect(await listed(store)).toEqual([]);
  await put(store, later);
  expect(await listed(store)).toEqual([later]);
  await store.close();
});
