import { expect, test } from 'vitest';
import { Scheduler } from '../src/transfer/scheduler.ts';

const never = new AbortController().signal;

test('so many at a time, in the order of fetches and records, not of asking', async () => {
  const scheduler = new Scheduler(1);
  const started: string[] = [];
  const releaseFirst = await scheduler.acquire(1, 0, never);
  const ask = async (fetch: number, record: number): Promise<void> => {
    const release = await scheduler.acquire(fetch, record, never);
    started.push(`${fetch}.${record}`);
    release();
  };
  const all = Promise.all([ask(2, 1), ask(2, 0), ask(1, 7), ask(3, 0)]);
  expect(started).toEqual([]);
  releaseFirst();
  await all;
  expect(started).toEqual(['1.7', '2.0', '2.1', '3.0']);
});

test('a place given back twice is given back once', async () => {
  const scheduler = new Scheduler(1);
  const release = await scheduler.acquire(1, 0, never);
  release();
  release();
  await scheduler.acquire(1, 1, never);
  const controller = new AbortController();
  const third = scheduler.acquire(1, 2, controller.signal);
  controller.abort(new Error('still waiting'));
  await expect(third).rejects.toThrow('still waiting');
});

test('who gives up waiting does not take a place', async () => {
  const scheduler = new Scheduler(1);
  const release = await scheduler.acquire(1, 0, never);
  const controller = new AbortController();
  const impatient = scheduler.acquire(1, 1, controller.signal);
  const patient = scheduler.acquire(1, 2, never);
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  release();
  await expect(patient).resolves.toBeTypeOf('function');
});
