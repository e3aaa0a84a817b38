import { describe, expect, it } from 'vitest';
import { HostScheduler } from '../../src/network/host-scheduler.ts';

const never = new AbortController().signal;

/** Asks for places, and notes in which order they are given. */
class Crowd {
  readonly started: string[] = [];
  readonly #releases = new Map<string, () => void>();

  constructor(readonly scheduler: HostScheduler) {}

  ask(fetch: number, record: number, host = 'a', signal: AbortSignal = never): Promise<void> {
    const name = `${host}${fetch}.${record}`;
    return this.scheduler.acquire(fetch, record, signal, `https://${host}.test/x`).then((release) => {
      this.started.push(name);
      this.#releases.set(name, release);
    });
  }

  async end(name: string): Promise<void> {
    this.#releases.get(name)?.();
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('HostScheduler', () => {
  it('starts so many at a time, the earliest first, whatever the order of asking', async () => {
    const crowd = new Crowd(new HostScheduler(2));
    for (const [fetch, record] of [
      [2, 0],
      [1, 1],
      [1, 2],
      [1, 0],
      [3, 0],
    ] as const) {
      void crowd.ask(fetch, record);
    }
    await settled();
    expect(crowd.started).toEqual(['a2.0', 'a1.1']);
    await crowd.end('a2.0');
    await crowd.end('a1.1');
    expect(crowd.started.slice(2)).toEqual(['a1.0', 'a1.2']);
    await crowd.end('a1.0');
    await crowd.end('a1.0');
    expect(crowd.started).toHaveLength(5);
  });

  it('leaves no more than a number of them to one origin, and the other places to others', async () => {
    const crowd = new Crowd(new HostScheduler(3, 2));
    for (let record = 0; record < 4; record++) void crowd.ask(1, record);
    void crowd.ask(2, 0, 'b');
    void crowd.ask(2, 1, 'b');
    await settled();
    expect(crowd.started).toEqual(['a1.0', 'a1.1', 'b2.0']);
    await crowd.end('b2.0');
    expect(crowd.started.at(-1)).toBe('b2.1');
    await crowd.end('a1.0');
    expect(crowd.started.at(-1)).toBe('a1.2');
  });

  it('forgets who gave up', async () => {
    const crowd = new Crowd(new HostScheduler(1));
    const reason = new Error('enough');
    const controller = new AbortController();
    void crowd.ask(1, 0);
    const impatient = crowd.ask(1, 1, 'a', controller.signal);
    void crowd.ask(1, 2);
    controller.abort(reason);
    await expect(impatient).rejects.toBe(reason);
    await expect(crowd.ask(1, 3, 'a', AbortSignal.abort(reason))).rejects.toBe(reason);
    await crowd.end('a1.0');
    expect(crowd.started).toEqual(['a1.0', 'a1.2']);
  });

  it('serves very many in their order', async () => {
    const scheduler = new HostScheduler(5);
    const order: number[] = [];
    const all = Array.from({ length: 20_000 }, async (_, record) => {
      const release = await scheduler.acquire(1, record, never, 'https://a.test/');
      order.push(record);
      release();
    });
    await Promise.all(all);
    expect(order).toEqual([...order.keys()]);
  });
});
