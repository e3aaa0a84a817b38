import type { Clock, Random } from '@background-fetch/core';
import { assert } from 'chai';
import type { TestFramework } from './framework.ts';

export interface ClockUnderTest {
  readonly clock: Clock;
  /** Lets at least so many ms pass. */
  pass(duration: number): Promise<void>;
}

/** What the core relies on, of every `Clock`. */
export function clockContract(
  name: string,
  create: () => ClockUnderTest,
  { describe, it }: TestFramework,
): void {
  describe(`Clock: ${name}`, () => {
    it('calls back in order of time, and for one time in order of creation', async () => {
      const { clock, pass } = create();
      const order: string[] = [];
      // A process that the machine halts between two of these lines for as long as the delay of the
      // first timer has told the clock another order: such an attempt is made again.
      let halted: boolean;
      do {
        const start = clock.now();
        const cancels = [
          clock.setTimer(20, () => order.push('late')),
          clock.setTimer(0, () => order.push('first')),
          clock.setTimer(0, () => order.push('second')),
        ];
        halted = clock.now() - start >= 15;
        if (halted) for (const cancel of cancels) cancel();
      } while (halted);
      assert.deepEqual(order, []);
      await pass(30);
      assert.deepEqual(order, ['first', 'second', 'late']);
    });

    it('does not call back before the delay has passed', async () => {
      const { clock, pass } = create();
      const start = clock.now();
      let elapsed = -1;
      clock.setTimer(10, () => {
        elapsed = clock.now() - start;
      });
      await pass(30);
      // Hosts measure the delay and the time of day with different clocks.
      assert.isAtLeast(elapsed, 9);
    });

    it('does not call back a timer that was cancelled, and forgives cancelling twice', async () => {
      const { clock, pass } = create();
      let calls = 0;
      const cancel = clock.setTimer(5, () => calls++);
      const keep = clock.setTimer(5, () => {
        calls += 10;
      });
      cancel();
      cancel();
      await pass(20);
      keep();
      assert.equal(calls, 10);
    });

    it('takes delays below zero as none', async () => {
      const { clock, pass } = create();
      let calls = 0;
      clock.setTimer(-5, () => calls++);
      await pass(10);
      assert.equal(calls, 1);
    });
  });
}

/** What the core relies on, of every `Random`. */
export function randomContract(name: string, create: () => Random, { describe, it }: TestFramework): void {
  describe(`Random: ${name}`, () => {
    it('is from 0 up to but not including 1, and spread over all of it', () => {
      const random = create();
      const numbers = Array.from({ length: 2000 }, () => random.next());
      assert.isTrue(numbers.every((number) => number >= 0 && number < 1));
      for (let tenth = 0; tenth < 10; tenth++) {
        const inside = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
        assert.isAbove(inside, 100, `in ${tenth}/10`);
      }
    });
  });
}
