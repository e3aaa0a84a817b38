import type { Connections, Lease } from '@background-fetch/core';
import { MemoryConnections } from '@background-fetch/testing-simulation';
import { beforeEach, describe, expect, it } from 'vitest';

const origin = 'https://app.test';

let shared: MemoryConnections;
let one: Connections;
let other: Connections;
let life: AbortController;

beforeEach(() => {
  shared = new MemoryConnections();
  life = new AbortController();
  one = shared.connect(life.signal);
  other = shared.connect(new AbortController().signal);
});

function lease(connections: Connections, limit = 2, place = origin): Promise<Lease> {
  return connections.lease(place, limit, new AbortController().signal);
}

/** Whether it has been given once all that can happen has happened. */
async function isGiven(waiting: Promise<Lease>): Promise<boolean> {
  let given = false;
  waiting.then(
    () => (given = true),
    () => {},
  );
  await new Promise((resolve) => setImmediate(resolve));
  return given;
}

describe('leases of connections', () => {
  it('are as many as may be, of all contexts together, for each origin', async () => {
    const first = await lease(one);
    await lease(other);
    const third = lease(one);
    expect(await isGiven(third)).toBe(false);
    expect(await isGiven(lease(one, 2, 'https://cdn.test'))).toBe(true);
    first.release();
    first.release();
    expect(await isGiven(third)).toBe(true);
    expect(await isGiven(lease(other))).toBe(false);
  });

  it('go to who may have one more before those who may not', async () => {
    for (const _ of [1, 2]) await lease(one);
    const waiting = lease(one);
    expect(await isGiven(lease(other, 3))).toBe(true);
    expect(await isGiven(waiting)).toBe(false);
  });

  it('are not given to who has gone', async () => {
    const held = await lease(one, 1);
    const abort = new AbortController();
    const reason = new Error('paused');
    const gone = one.lease(origin, 1, abort.signal);
    const next = lease(other, 1);
    abort.abort(reason);
    await expect(gone).rejects.toBe(reason);
    held.release();
    expect(await isGiven(next)).toBe(true);
  });

  it('are free when the context that holds them dies', async () => {
    await lease(one, 1);
    const next = lease(other, 1);
    life.abort();
    expect(await isGiven(next)).toBe(true);
  });
});
