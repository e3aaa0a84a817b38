import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/network/rate-limit.ts';

/** Time that stands still until a test moves it. */
class ManualClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimer(delay: number, callback: () => void): () => void {
    const timer = { at: this.#now + delay, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  async advance(duration: number): Promise<void> {
    for (const end = this.#now + duration; this.#now < end; ) {
      this.#now++;
      for (const timer of [...this.#timers]) {
        if (timer.at > this.#now) continue;
        this.#timers.delete(timer);
        timer.callback();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Takes as much as it gets. */
function consume(limit: RateLimit): { bytes: number } {
  const consumer = { bytes: 0 };
  const next = async (): Promise<void> => {
    await limit.take(limit.share);
    consumer.bytes += limit.share;
    void next();
  };
  void next();
  return consumer;
}

describe('RateLimit', () => {
  it('lets so many bytes a second through, in equal parts, whoever asks', async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(100_000, clock);
    const consumers = [consume(limit), consume(limit), consume(limit)];
    await clock.advance(3000);
    const total = consumers.reduce((sum, { bytes }) => sum + bytes, 0);
    // no more than a burst and a share above what the time allows
    expect(total).toBeGreaterThan(290_000);
    expect(total).toBeLessThan(320_000);
    for (const { bytes } of consumers) expect(bytes).toBeGreaterThan(90_000);
  });

  it('gives the first bytes soon, however slow it is', async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(1000, clock);
    const consumers = Array.from({ length: 6 }, () => consume(limit));
    await clock.advance(6000);
    for (const { bytes } of consumers) expect(bytes).toBeGreaterThan(0);
  });

  it('sets no timer while nobody asks', async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(1000, clock);
    await limit.take(100);
    expect(clock.timers).toBe(0);
  });

  it('refuses a rate at which nothing moves', () => {
    expect(() => new RateLimit(0, new ManualClock())).toThrow(RangeError);
  });
});
