import { beforeEach, describe, expect, it } from 'vitest';
import type { Lease } from '../src/index.ts';
import { defaultEngineOptions } from '../src/transfer/options.ts';
import type { Origin } from '../src/transfer/origin.ts';
import { Origins } from '../src/transfer/origins.ts';
import type { Place } from '../src/transfer/place.ts';
import { RecordPool } from '../src/transfer/record-pool.ts';

/** Time that passes when it is told to. */
class Clock {
  #now = 1_000_000;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now = (): number => this.#now;

  setTimer = (delay: number, callback: () => void): (() => void) => {
    const timer = { at: this.#now + delay, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  async pass(duration: number): Promise<void> {
    const end = this.#now + duration;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = due.at;
      this.#timers.delete(due);
      due.callback();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets all promises that can settle do so. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await null;
}

const options = { ...defaultEngineOptions, connectionsPerOrigin: 3 };
const url = 'https://a.test/x';
let clock: Clock;
let online: boolean;
let onlineListeners: Set<() => void>;
let origins: Origins;
let origin: Origin;
let pool: RecordPool;
/** The places that were granted, by who asked for them. */
let granted: Map<string, Place | null>;

beforeEach(() => {
  clock = new Clock();
  online = true;
  onlineListeners = new Set();
  const connectivity = {
    isOnline: () => online,
    onOnline: (callback: () => void) => {
      onlineListeners.add(callback);
      return () => void onlineListeners.delete(callback);
    },
  };
  origins = new Origins({ clock, connectivity, random: { next: () => 0.5 } }, options);
  origin = origins.of(url);
  pool = new RecordPool(100);
  granted = new Map();
});

interface Asked {
  readonly begun?: boolean;
  readonly giveUp?: () => void;
  readonly patience?: number;
  readonly controller?: AbortController;
  readonly waits?: Set<() => void>;
}

/** Asks for a place under a name of a fetch and a record. */
async function ask(fetchOrder: number, recordIndex: number, asked: Asked = {}): Promise<void> {
  const { controller = new AbortController(), begun = false, patience = 60_000, giveUp, waits } = asked;
  const claim = {
    fetchOrder,
    recordIndex,
    position: 0,
    begun,
    pool,
    patience,
    since: null,
    giveUp,
    signal: controller.signal,
    waits: waits ?? new Set<() => void>(),
  };
  void origin.acquire(claim).then(
    (place) => granted.set(`${fetchOrder}.${recordIndex}`, place),
    () => granted.set(`${fetchOrder}.${recordIndex} refused`, null),
  );
  await settle();
}

function placeOf(who: string): Place {
  return granted.get(who) as Place;
}

async function release(who: string): Promise<void> {
  placeOf(who).release();
  await settle();
}

describe('The budget of an origin', () => {
  it('is one of requests, in the order of records', async () => {
    for (const record of [0, 1, 2, 4, 3]) await ask(1, record);
    expect([...granted.keys()]).toEqual(['1.0', '1.1', '1.2']);
    await release('1.1');
    expect([...granted.keys()].at(-1)).toBe('1.3');
    await release('1.1');
    expect(granted.size).toBe(4);
  });

  it('has one more for a background fetch that has none, and no more than that', async () => {
    for (const record of [0, 1, 2, 3]) await ask(1, record);
    await ask(2, 0);
    await ask(3, 0);
    expect([...granted.keys()]).toEqual(['1.0', '1.1', '1.2', '2.0']);
  });

  it('is one more while bodies are over within a moment', async () => {
    for (const record of [0, 1, 2, 3, 4, 5, 6]) await ask(1, record);
    placeOf('1.0').answered(false);
    await release('1.0');
    expect([...granted.keys()]).toEqual(['1.0', '1.1', '1.2', '1.3', '1.4']);
    await ask(2, 0);
    await ask(3, 0);
    expect([...granted.keys()].at(-1)).toBe('2.0');
    await clock.pass(1000);
    placeOf('1.1').answered(false);
    await release('1.1');
    await release('1.2');
    expect([...granted.keys()].at(-1)).toBe('3.0');
    await release('1.3');
    expect([...granted.keys()].at(-1)).toBe('3.0');
  });

  it('is never more than what an app gave', async () => {
    const given = { ...options, connectionsPerOrigin: 1, briskConnectionsPerOrigin: 1 };
    const connectivity = { isOnline: () => true, onOnline: () => () => {} };
    origin = new Origins({ clock, connectivity, random: { next: () => 0.5 } }, given).of(url);
    for (const record of [0, 1, 2]) await ask(1, record);
    placeOf('1.0').answered(false);
    await release('1.0');
    expect([...granted.keys()]).toEqual(['1.0', '1.1']);
  });

  it('is no larger for failures that come soon', async () => {
    for (const record of [0, 1, 2, 3, 4]) await ask(1, record);
    await release('1.0');
    expect(granted.size).toBe(4);
  });

  it('goes to a background fetch that has none before it goes to one that has several', async () => {
    for (const record of [0, 1, 2, 3]) await ask(1, record);
    await ask(2, 0);
    await ask(3, 0);
    await release('1.0');
    expect([...granted.keys()].at(-1)).toBe('3.0');
  });

  it('has a connection given up by who has several, for a background fetch that has none', async () => {
    const yielded: number[] = [];
    for (const record of [0, 1, 2]) await ask(1, record, { giveUp: () => yielded.push(record) });
    await ask(2, 0);
    expect(yielded).toEqual([]);
    await ask(3, 0);
    expect(yielded).toEqual([2]);
    await ask(4, 0);
    expect(yielded).toEqual([2, 1]);
    await ask(5, 0);
    expect(yielded).toEqual([2, 1]);
  });

  it('lets a record that has begun end before others of its fetch begin', async () => {
    for (const record of [0, 1, 2]) await ask(1, record);
    await ask(1, 3);
    await ask(1, 4, { begun: true });
    await release('1.0');
    expect([...granted.keys()].at(-1)).toBe('1.4');
  });

  it('is larger where requests share one connection', async () => {
    await ask(1, 0);
    placeOf('1.0').answered(true);
    for (let record = 1; record < 20; record++) await ask(1, record);
    expect(granted.size).toBe(12);
  });

  it('does not count for other origins, but the number of records does', async () => {
    pool = new RecordPool(4);
    for (const record of [0, 1, 2]) await ask(1, record);
    origin = origins.of('https://b.test/');
    for (const record of [3, 4]) await ask(1, record);
    expect([...granted.keys()]).toEqual(['1.0', '1.1', '1.2', '1.3']);
    await release('1.0');
    expect([...granted.keys()].at(-1)).toBe('1.4');
  });

  it('is left by who no longer wants to wait', async () => {
    for (const record of [0, 1, 2]) await ask(1, record);
    const controller = new AbortController();
    const waits = new Set<() => void>();
    await ask(1, 3, { controller, waits });
    await ask(1, 4);
    controller.abort();
    for (const end of waits) end();
    await settle();
    await release('1.0');
    expect([...granted.keys()].slice(3)).toEqual(['1.3 refused', '1.4']);
    expect(waits.size).toBe(0);
  });
});

describe('An origin that refuses one of several requests', () => {
  it('gets fewer, and rarely one more', async () => {
    for (const record of [0, 1, 2, 3, 4, 5, 6, 7]) await ask(1, record);
    placeOf('1.2').crowded();
    await release('1.2');
    expect(granted.size).toBe(3);
    await release('1.0');
    expect(granted.size).toBe(4);
    await clock.pass(29_000);
    await release('1.1');
    expect(granted.size).toBe(5);
    await clock.pass(2000);
    await release('1.3');
    expect(granted.size).toBe(7);
    // the trial failed: the next one comes later
    placeOf('1.5').crowded();
    await release('1.5');
    await clock.pass(31_000);
    await release('1.4');
    expect(granted.size).toBe(8);
  });

  it('is left alone for a moment if all were refused', async () => {
    for (const record of [0, 1]) await ask(1, record);
    for (const who of ['1.0', '1.1']) {
      placeOf(who).crowded();
      await release(who);
    }
    for (const record of [2, 3]) await ask(1, record);
    expect(granted.size).toBe(2);
    await clock.pass(1000);
    expect(granted.size).toBe(3);
    expect(origin.wasCrowded).toBe(true);
    await clock.pass(60_000);
    expect(origin.wasCrowded).toBe(false);
  });
});

describe('An origin that answers some of several requests', () => {
  it('gets as many from then on as it answers, when one has failed before and another is answered', async () => {
    for (const record of [0, 1, 2, 3, 4, 5]) await ask(1, record);
    for (const who of ['1.1', '1.2']) {
      placeOf(who).unexplained();
      await release(who);
    }
    expect(granted.size).toBe(5);
    placeOf('1.0').answered(false);
    for (const who of ['1.3', '1.4']) await release(who);
    expect(granted.size).toBe(5);
    await release('1.0');
    expect(granted.size).toBe(6);
  });

  it('gets as many as before when all have failed', async () => {
    for (const record of [0, 1, 2]) await ask(1, record);
    for (const who of ['1.1', '1.2', '1.0']) {
      placeOf(who).unexplained();
      await release(who);
    }
    for (const record of [3, 4, 5]) await ask(1, record);
    placeOf('1.3').answered(false);
    await release('1.4');
    await ask(1, 6);
    expect(granted.size).toBe(7);
  });

  it('is known to be there by each that was under way then', async () => {
    for (const record of [0, 1]) await ask(1, record);
    expect(placeOf('1.1').hasAnsweredCompany).toBe(false);
    placeOf('1.0').answered(false);
    await release('1.0');
    expect(placeOf('1.1').hasAnsweredCompany).toBe(true);
    await ask(1, 2);
    expect(placeOf('1.2').hasAnsweredCompany).toBe(false);
  });
});

describe('An origin that wants a pause', () => {
  it('gets no request before it is over, at most longestRetryAfter, however the clock jumps', async () => {
    origin.pause(10_000);
    await ask(1, 0);
    await clock.pass(9999);
    expect(granted.size).toBe(0);
    await clock.pass(1);
    expect(granted.size).toBe(1);
    origin.pause(1e12);
    await ask(1, 1);
    await clock.pass(options.retry.longestRetryAfter);
    expect(granted.size).toBe(2);
    expect(clock.timers).toBe(0);
  });
});

describe('An outage', () => {
  async function begin(): Promise<void> {
    for (const record of [0, 1, 2]) await ask(1, record);
    for (const who of ['1.0', '1.1', '1.2']) {
      placeOf(who).silent();
      await release(who);
    }
    granted.clear();
  }

  it('lets one record ask at a time, in turns, ever more rarely', async () => {
    await begin();
    for (const record of [0, 1, 2, 3]) await ask(1, record);
    expect(granted.size).toBe(0);
    const asked: string[] = [];
    for (const delay of [1000, 2000, 4000, 8000]) {
      await clock.pass(delay - 1);
      expect(granted.size).toBe(0);
      await clock.pass(1);
      const [who] = [...granted.keys()] as [string];
      asked.push(who);
      placeOf(who).silent();
      await release(who);
      granted.clear();
      await ask(1, Number(who.slice(2)));
    }
    expect(asked).toEqual(['1.3', '1.0', '1.1', '1.2']);
  });

  it('ends for all with the first answer', async () => {
    await begin();
    for (const record of [0, 1, 2, 3]) await ask(1, record);
    await clock.pass(1000);
    expect(granted.size).toBe(1);
    placeOf('1.3').answered(false);
    await settle();
    expect(granted.size).toBe(3);
    expect(onlineListeners.size + clock.timers).toBe(0);
  });

  it('is looked at anew as soon as the host is online again', async () => {
    await begin();
    await ask(1, 0);
    for (const tell of [...onlineListeners]) tell();
    await settle();
    expect(granted.size).toBe(1);
  });

  it('goes on with somebody else when who asked was interrupted', async () => {
    await begin();
    for (const record of [0, 1]) await ask(1, record);
    await clock.pass(1000);
    const [first] = [...granted.keys()] as [string];
    await release(first);
    await clock.pass(2000);
    expect(granted.size).toBe(2);
  });

  it('is borne for as long as each record bears, and for ever without a network', async () => {
    await begin();
    await ask(1, 0, { patience: 500 });
    await ask(1, 3, { patience: 500_000 });
    online = false;
    await clock.pass(1000);
    placeOf('1.3').silent();
    expect(granted.has('1.0')).toBe(false);
    online = true;
    placeOf('1.3').silent();
    await settle();
    expect(granted.get('1.0')).toBe(null);
    // and who comes later does not wait in vain
    await ask(1, 1, { patience: 500 });
    expect(granted.get('1.1')).toBe(null);
  });
});

describe('Connections that several engines share', () => {
  it('are asked for with each request, and given back with it', async () => {
    const leases: Lease[] = [];
    const asked: number[] = [];
    let released = 0;
    const connections = {
      async lease(_: string, limit: number): Promise<Lease> {
        asked.push(limit);
        const lease = { release: () => void released++ };
        leases.push(lease);
        return lease;
      },
    };
    const connectivity = { isOnline: () => true, onOnline: () => () => {} };
    const ports = { clock, connectivity, random: { next: () => 0.5 }, connections };
    origin = new Origins(ports, options).of(url);
    for (const record of [0, 1]) await ask(1, record);
    expect(asked).toEqual([4, 3]);
    await release('1.0');
    await release('1.0');
    expect(released).toBe(1);
  });
});
