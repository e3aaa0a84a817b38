import type { Lock } from '@background-fetch/core';
import { assert } from 'chai';
import { deferred, rejection, type TestFramework } from './framework.ts';

export interface LocksUnderTest {
  /** Another context's access to the same locks. */
  connect(): Lock;
}

/** What the core relies on, of every `Lock`. */
export function lockContract(
  name: string,
  createLocks: () => LocksUnderTest,
  { describe, it, beforeEach }: TestFramework,
): void {
  describe(`Lock: ${name}`, () => {
    const { signal } = new AbortController();
    let one: Lock;
    let other: Lock;
    beforeEach(() => {
      const locks = createLocks();
      one = locks.connect();
      other = locks.connect();
    });

    it('passes on what the holder returns or throws', async () => {
      const thrown = new Error('failed');
      assert.equal(await one.hold('a', signal, async () => 7), 7);
      const failing = one.hold('a', signal, () => Promise.reject(thrown));
      assert.equal(await rejection(failing), thrown);
    });

    it('has one holder at a time, in all contexts', async () => {
      let holders = 0;
      let most = 0;
      const holder = async () => {
        most = Math.max(most, ++holders);
        await Promise.resolve();
        holders--;
      };
      await Promise.all([one, other, one, other].map((lock) => lock.hold('a', signal, holder)));
      assert.equal(most, 1);
    });

    it('is granted in the order in which it was asked for', async () => {
      const order: number[] = [];
      await Promise.all([1, 2, 3].map((n) => one.hold('a', signal, async () => void order.push(n))));
      assert.deepEqual(order, [1, 2, 3]);
    });

    it('is shared by any number of those who ask for that, while nobody has it alone', async () => {
      const [firstEnd, secondEnd] = [deferred(), deferred()];
      const shared = deferred();
      const order: string[] = [];
      const first = one.share('a', () => firstEnd.promise);
      const second = other.share('a', () => {
        shared.resolve();
        return secondEnd.promise;
      });
      await shared.promise;
      const alone = other.hold('a', signal, async () => void order.push('alone'));
      firstEnd.resolve();
      assert.isTrue(await first);
      order.push('shared by one still');
      secondEnd.resolve();
      assert.isTrue(await second);
      await alone;
      assert.deepEqual(order, ['shared by one still', 'alone']);
    });

    it('is not shared with who has it alone or waits for that, and says so at once', async () => {
      const holder = async () => assert.fail('shared');
      const end = deferred();
      const holding = one.hold('a', signal, () => end.promise);
      assert.isFalse(await other.share('a', holder));
      end.resolve();
      await holding;
      const sharedEnd = deferred();
      const sharing = deferred();
      const first = one.share('a', () => {
        sharing.resolve();
        return sharedEnd.promise;
      });
      await sharing.promise;
      const waiting = one.hold('a', signal, async () => {});
      assert.isFalse(await other.share('a', holder));
      sharedEnd.resolve();
      await Promise.all([first, waiting]);
      assert.isTrue(await other.share('a', async () => {}));
    });

    it('is free again after a holder failed', async () => {
      const failed = rejection(one.hold('a', signal, () => Promise.reject(new Error('failed'))));
      assert.equal(await other.hold('a', signal, async () => 'mine'), 'mine');
      await failed;
    });

    it('of one name does not hold up another', async () => {
      const end = deferred();
      const first = one.hold('a', signal, () => end.promise);
      assert.equal(await one.hold('b', signal, async () => 'mine'), 'mine');
      end.resolve();
      await first;
    });

    it('is given up by a waiter whose signal is aborted', async () => {
      const end = deferred();
      const controller = new AbortController();
      const first = one.hold('a', signal, () => end.promise);
      let held = false;
      const second = rejection(
        other.hold('a', controller.signal, async () => {
          held = true;
        }),
      );
      const third = one.hold('a', signal, async () => 'third');
      controller.abort();
      await second;
      end.resolve();
      await first;
      assert.equal(await third, 'third');
      assert.isFalse(held);
    });

    it('is not even asked for with a signal that is aborted already', async () => {
      let held = false;
      await rejection(
        one.hold('a', AbortSignal.abort(), async () => {
          held = true;
        }),
      );
      assert.isFalse(held);
    });

    it('stays with a holder whose signal is aborted later', async () => {
      const end = deferred<string>();
      const started = deferred();
      const controller = new AbortController();
      const holding = one.hold('a', controller.signal, () => {
        started.resolve();
        return end.promise;
      });
      await started.promise;
      controller.abort();
      end.resolve('whole');
      assert.equal(await holding, 'whole');
    });
  });
}
