import type { Connections, Lease } from '@background-fetch/core';
import { assert } from 'chai';
import { rejection, type TestFramework } from './framework.ts';

export interface ConnectionsUnderTest {
  /** Another engine's access to the same connections, of origins that no other test knows. */
  connect(): Connections;
}

/** What the core relies on, of every `Connections`. */
export function connectionsContract(
  name: string,
  create: () => ConnectionsUnderTest,
  { describe, it, beforeEach, afterEach }: TestFramework,
): void {
  describe(`Connections: ${name}`, () => {
    const { signal } = new AbortController();
    let one: Connections;
    let other: Connections;
    let origin: string;
    let leases: Lease[];
    let made = 0;
    beforeEach(() => {
      const connections = create();
      one = connections.connect();
      other = connections.connect();
      origin = `https://${Date.now()}-${++made}.test`;
      leases = [];
    });
    afterEach(() => {
      for (const lease of leases) lease.release();
    });

    /** A lease that is given back after the test at the latest. */
    async function take(connections: Connections, limit: number, where = origin): Promise<Lease> {
      const lease = await connections.lease(where, limit, signal);
      leases.push(lease);
      return lease;
    }

    /** What can be granted to those who have asked so far has been granted when this resolves. */
    async function pass(): Promise<void> {
      for (const connections of [one, other]) {
        (await connections.lease(`${origin}:${++made}`, 1, signal)).release();
      }
    }

    /** Asks, and notes when it is granted. */
    function ask(connections: Connections, limit: number, order: unknown[], name: unknown): Promise<Lease> {
      const asked = take(connections, limit);
      asked.then(() => order.push(name));
      return asked;
    }

    it('grants as many as the limit, to whoever asks', async () => {
      await Promise.all([one, other, one].map((connections) => take(connections, 3)));
    });

    it('never has more than the limit held', async () => {
      let held = 0;
      let most = 0;
      const use = async (connections: Connections): Promise<void> => {
        const lease = await take(connections, 3);
        most = Math.max(most, ++held);
        await pass();
        held--;
        lease.release();
      };
      await Promise.all(Array.from({ length: 12 }, (_, n) => use(n % 3 ? one : other)));
      assert.equal(most, 3);
    });

    it('grants what one engine releases to another that waits', async () => {
      const order: unknown[] = [];
      const [first] = await Promise.all([take(one, 2), take(one, 2)]);
      const waiting = ask(other, 2, order, 'granted');
      await pass();
      order.push('released');
      first.release();
      await waiting;
      assert.deepEqual(order, ['released', 'granted']);
    });

    it('grants in the order in which an engine asked', async () => {
      const order: unknown[] = [];
      const first = await take(one, 1);
      const waiting = [1, 2, 3].map(async (n) => (await ask(one, 1, order, n)).release());
      first.release();
      await Promise.all(waiting);
      assert.deepEqual(order, [1, 2, 3]);
    });

    it('does not let an engine that asks again and again keep all for itself', async () => {
      let granted = false;
      const first = await take(one, 1);
      const waiting = take(other, 1).then((lease) => {
        granted = true;
        lease.release();
      });
      await pass();
      first.release();
      const insist = async (): Promise<void> => {
        while (!granted) {
          const lease = await take(one, 1);
          await pass();
          lease.release();
          // a test that fails is to be ended
          await new Promise((resolve) => setTimeout(resolve));
        }
      };
      await Promise.all([insist(), waiting]);
    });

    it('does not let the leases of one origin hold up another', async () => {
      await take(one, 1);
      await take(one, 1, `${origin}:1`);
      await take(other, 1, `${origin}:2`);
    });

    it('grants more as soon as the limit is higher', async () => {
      await Promise.all([take(one, 2), take(other, 2)]);
      await take(one, 3);
      await take(other, 4);
    });

    it('counts what was granted when the limit was higher', async () => {
      const order: unknown[] = [];
      const held = await Promise.all([take(one, 3), take(one, 3), take(one, 3)]);
      const waiting = ask(one, 1, order, 'granted');
      for (const lease of held) {
        await pass();
        order.push('released');
        lease.release();
      }
      await waiting;
      assert.deepEqual(order, ['released', 'released', 'released', 'granted']);
    });

    it('rejects with the reason of a signal that is aborted, and gives the turn to the next', async () => {
      const order: unknown[] = [];
      const reason = new Error('not needed any more');
      const controller = new AbortController();
      const first = await take(one, 1);
      const given = rejection(other.lease(origin, 1, controller.signal));
      const next = ask(other, 1, order, 'next');
      await pass();
      controller.abort(reason);
      assert.equal(await given, reason);
      assert.deepEqual(order, []);
      first.release();
      await next;
    });

    it('rejects at once where the signal is aborted already, and takes nothing', async () => {
      const reason = new Error('never needed');
      assert.equal(await rejection(one.lease(origin, 1, AbortSignal.abort(reason))), reason);
      await take(other, 1);
    });

    it('leaves a lease with its holder when the signal is aborted later', async () => {
      const order: unknown[] = [];
      const controller = new AbortController();
      const lease = await one.lease(origin, 1, controller.signal);
      controller.abort();
      const waiting = ask(other, 1, order, 'granted');
      await pass();
      order.push('released');
      lease.release();
      await waiting;
      assert.deepEqual(order, ['released', 'granted']);
    });

    it('takes a lease back once only', async () => {
      const order: unknown[] = [];
      const first = await take(one, 1);
      first.release();
      const second = await take(one, 1);
      first.release();
      const waiting = [ask(one, 1, order, 'granted'), ask(other, 1, order, 'granted')];
      await pass();
      order.push('released');
      second.release();
      (await Promise.race(waiting)).release();
      await Promise.all(waiting);
      assert.deepEqual(order, ['released', 'granted', 'granted']);
    });
  });
}
