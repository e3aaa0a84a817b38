import { type NetworkRequest, type NetworkResponse, trackUpload } from '@background-fetch/core';
import { type Life, World } from '@background-fetch/testing-simulation';
import { describe, expect, it } from 'vitest';

const url = 'https://app.test/upload';
const minute = 60_000;

/** A world whose network does with each request what a test says. */
function worldOf(
  answer: (asked: NetworkRequest, world: World, count: number) => Promise<void>,
  follows = true,
): { world: World; asked: NetworkRequest[] } {
  const world = new World(follows ? { strategies: { trackUpload } } : {});
  const asked: NetworkRequest[] = [];
  world.network.fetch = async (request) => {
    asked.push(request);
    const aborted = new Promise<never>((_, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason));
    });
    await Promise.race([answer(request, world, asked.length), aborted]);
    return accepted(request);
  };
  return { world, asked };
}

function accepted({ body, upload }: NetworkRequest): NetworkResponse {
  const head = { status: 204, statusText: '', headers: [], url, type: 'basic', redirected: false } as const;
  return {
    head,
    body: null,
    coding: 'identity',
    signalsTruncation: true,
    uploaded: upload ? 0 : (body?.size ?? 0),
  };
}

function passed(world: World, duration: number): Promise<void> {
  return new Promise((resolve) => world.clock.setTimer(duration, resolve));
}

/** Starts an upload of 1000 bytes; resolves with the result of its event. */
async function upload(world: World, life: Life): Promise<Promise<string>> {
  const ended = endOf(life);
  const request = new Request(url, { method: 'POST', body: new Uint8Array(1000) });
  await world.clock.runUntil(life.backgroundFetch.fetch('upload', request));
  return ended;
}

function endOf(life: Life): Promise<string> {
  return new Promise((resolve) => {
    life.events.on('backgroundfetchsuccess', () => resolve('success'));
    life.events.on('backgroundfetchfail', ({ failureReason }) => resolve(failureReason));
  });
}

describe('an upload', () => {
  it('may take 1 s for each kB beside its answer where nobody knows how far it is', async () => {
    const answerAfter = (duration: number) =>
      worldOf((_, { clock }) => new Promise((end) => clock.setTimer(duration, end)), false);
    for (const [duration, result] of [
      [10 * minute + 900, 'success'],
      [10 * minute + 1100, 'fetch-error'],
    ] as const) {
      const { world, asked } = answerAfter(duration);
      expect(await world.clock.runUntil(upload(world, world.start()))).toBe(result);
      expect(asked).toHaveLength(1);
    }
  });

  it('is given up when it stalls, and never sent again', async () => {
    const { world, asked } = worldOf(async ({ upload: progress }, world) => {
      progress?.sent(500);
      await passed(world, 30 * minute);
    });
    const began = world.clock.now();
    expect(await world.clock.runUntil(upload(world, world.start()))).toBe('fetch-error');
    expect(world.clock.now() - began).toBeLessThan(2 * minute);
    expect(asked).toHaveLength(1);
  });

  it("waits for its turn in the host's own queue for longer than a stall", async () => {
    const { world, asked } = worldOf(async ({ upload: progress }, world) => {
      progress?.sent(0);
      await passed(world, 5 * minute);
    });
    // nothing of it has left
    world.network.probe = async () => 'silent';
    expect(await world.clock.runUntil(upload(world, world.start()))).toBe('success');
    expect(asked).toHaveLength(1);
  });

  it('leaves the server the time it needs once it has all', async () => {
    const { world } = worldOf(async ({ upload: progress }, world) => {
      for (let sent = 100; sent <= 1000; sent += 100) {
        await passed(world, minute / 2);
        progress?.sent(sent);
      }
      await passed(world, 9 * minute);
    });
    expect(await world.clock.runUntil(upload(world, world.start()))).toBe('success');
  });

  it('is given up where the server that has it all never answers, and is never sent again', async () => {
    const { world, asked } = worldOf(async ({ upload: progress }, world) => {
      progress?.sent(1000);
      await passed(world, 60 * minute);
    });
    const began = world.clock.now();
    expect(await world.clock.runUntil(upload(world, world.start()))).toBe('fetch-error');
    expect(Math.floor((world.clock.now() - began) / minute)).toBe(10);
    expect(asked).toHaveLength(1);
  });

  it.each([true, false])(
    'leaves its place to others while its answer is waited for; its network tells how far it is: %s',
    async (follows) => {
      const silent = 30;
      const { world, asked } = worldOf(async ({ request, upload: progress }, world) => {
        progress?.sent(1000);
        if (request.method === 'POST') await passed(world, 9 * minute);
      }, follows);
      const life = world.start();
      const requests = Array.from(
        { length: silent },
        (_, index) => new Request(`${url}/${index}`, { method: 'POST', body: new Uint8Array(1000) }),
      );
      await world.clock.runUntil(life.backgroundFetch.fetch('silent', requests));
      await world.clock.advance(8 * minute);
      // those without a place, and as many as have one
      expect(asked).toHaveLength(16 + 3);
      const ended = endOf(life);
      await world.clock.runUntil(life.backgroundFetch.fetch('other', 'https://other.test/file'));
      expect(await world.clock.runUntil(ended)).toBe('success');
      expect(asked).toHaveLength(16 + 3 + 1);
    },
  );

  it('shows how far it is', async () => {
    const seen: number[] = [];
    const { world } = worldOf(async ({ upload: progress }, world) => {
      for (const sent of [250, 500, 1000]) {
        progress?.sent(sent);
        await passed(world, 100);
      }
    });
    const life = world.start();
    const request = new Request(url, { method: 'POST', body: new Uint8Array(1000) });
    const started = life.backgroundFetch.fetch('upload', request).then((registration) => {
      registration.addEventListener('progress', () => seen.push(registration.uploaded));
    });
    const ended = endOf(life);
    await world.clock.runUntil(started);
    await world.clock.runUntil(ended);
    expect(seen).toEqual(expect.arrayContaining([250, 500, 1000]));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('goes on from what was kept of it, after failures and after a death', async () => {
    const states: (string | undefined)[] = [];
    const { world, asked } = worldOf(async ({ upload: progress }, world, count) => {
      states.push(progress?.state);
      if (count === 1) {
        await progress?.keep('one');
        throw new TypeError('cut');
      }
      if (count === 2) {
        await progress?.keep('two');
        await passed(world, 10_000_000 * minute);
      }
    });
    const life = world.start();
    void upload(world, life);
    while (asked.length < 2) await world.clock.advance(100);
    await world.clock.advance(1000);
    life.kill();
    const next = world.start();
    expect(await world.clock.runUntil(endOf(next))).toBe('success');
    expect(states).toEqual([undefined, 'one', 'two']);
  });

  it('is not sent again once its network has said that it can not be continued, not after a death either', async () => {
    for (const dies of [false, true]) {
      const { world, asked } = worldOf(async ({ upload: progress }, world, count) => {
        if (count === 1) {
          await progress?.keep('one');
          throw new TypeError('cut');
        }
        await progress?.keep(null);
        if (dies) await passed(world, 10 * minute);
        throw new TypeError('gone');
      });
      const life = world.start();
      const ended = upload(world, life);
      while (asked.length < 2) await world.clock.advance(100);
      await world.clock.advance(1000);
      if (dies) life.kill();
      const result = dies ? world.clock.runUntil(endOf(world.start())) : world.clock.runUntil(ended);
      expect(await result).toBe('fetch-error');
      expect(asked).toHaveLength(2);
    }
  });

  it('is not sent again after a death if nothing was kept', async () => {
    const { world, asked } = worldOf((_, world) => passed(world, 10 * minute));
    const life = world.start();
    void upload(world, life);
    while (asked.length < 1) await world.clock.advance(100);
    life.kill();
    expect(await world.clock.runUntil(endOf(world.start()))).toBe('fetch-error');
    expect(asked).toHaveLength(1);
  });

  it('is waited for by an engine that stops, unless it can go on later', async () => {
    for (const kept of [false, true]) {
      const { world, asked } = worldOf(async ({ upload: progress }, world) => {
        if (kept) await progress?.keep('state');
        await passed(world, 10 * minute);
      });
      const life = world.start();
      void upload(world, life);
      while (asked.length < 1) await world.clock.advance(100);
      await world.clock.advance(100);
      const before = world.clock.now();
      await world.clock.runUntil(life.engine.stop());
      expect(world.clock.now() - before < minute).toBe(kept);
    }
  });

  it('whose server never answers holds up an engine that stops no longer than a stall', async () => {
    for (const sent of [[], [500], [500, 1000]]) {
      const { world, asked } = worldOf(async ({ upload: progress }, world) => {
        for (const bytes of sent) progress?.sent(bytes);
        await passed(world, 10_000_000 * minute);
      });
      const life = world.start();
      void upload(world, life);
      while (asked.length < 1) await world.clock.advance(100);
      await world.clock.advance(100);
      const before = world.clock.now();
      await world.clock.runUntil(life.engine.stop());
      expect(world.clock.now() - before).toBeLessThan(2 * minute);
      expect(await world.clock.runUntil(endOf(world.start()))).toBe('fetch-error');
      expect(asked).toHaveLength(1);
    }
  });

  it('that still moves is waited for by an engine that stops, however long that takes', async () => {
    const { world, asked } = worldOf(async ({ upload: progress }, world) => {
      for (let sent = 100; sent <= 1000; sent += 100) {
        await passed(world, minute / 2);
        progress?.sent(sent);
      }
      await passed(world, minute / 2);
    });
    const life = world.start();
    void upload(world, life);
    while (asked.length < 1) await world.clock.advance(100);
    const before = world.clock.now();
    await world.clock.runUntil(life.engine.stop());
    expect(world.clock.now() - before).toBeGreaterThan(4 * minute);
    expect(await world.clock.runUntil(endOf(world.start()))).toBe('success');
  });
});
