import type { Announcements, BackgroundFetchSnapshot, Wanted } from '@background-fetch/core';
import { assert } from 'chai';
import type { TestFramework } from './framework.ts';
import { sampleSnapshot } from './samples.ts';

export interface AnnouncementsUnderTest {
  /** Another context of the same host. */
  connect(): Announcements;
  /** Waits until everything published so far has arrived everywhere. */
  arrive(): Promise<void>;
  /** What `publishAndWait` gave, once whatever moves time has done so. */
  settle(waiting: Promise<void>): Promise<void>;
}

/**
 * What the core relies on, of every `Announcements`.
 * @param waitsForListeners whether listeners may be asynchronous, and are waited for
 */
export function announcementsContract(
  name: string,
  create: () => AnnouncementsUnderTest,
  { describe, it, beforeEach }: TestFramework,
  { waitsForListeners = true } = {},
): void {
  describe(`Announcements: ${name}`, () => {
    let host: AnnouncementsUnderTest;
    let one: Announcements;
    let other: Announcements;
    beforeEach(() => {
      host = create();
      one = host.connect();
      other = host.connect();
    });

    function record(announcements: Announcements): BackgroundFetchSnapshot[] {
      const heard: BackgroundFetchSnapshot[] = [];
      announcements.subscribe((snapshot) => void heard.push(snapshot));
      return heard;
    }

    it('reach their own context at once', () => {
      const heard = record(one);
      one.publish(sampleSnapshot());
      assert.deepEqual(heard, [sampleSnapshot()]);
    });

    it('reach every other context whole and in order', async () => {
      const heard = record(other);
      const snapshots = [1, 2, 3].map((downloaded) => sampleSnapshot({ downloaded }));
      for (const snapshot of snapshots) one.publish(snapshot);
      await host.arrive();
      assert.deepEqual(heard, snapshots);
    });

    it('reach all listeners of a context, until they unsubscribe', async () => {
      const first = record(one);
      const second: BackgroundFetchSnapshot[] = [];
      const unsubscribe = one.subscribe((snapshot) => void second.push(snapshot));
      one.publish(sampleSnapshot({ downloaded: 1 }));
      unsubscribe();
      one.publish(sampleSnapshot({ downloaded: 2 }));
      await host.arrive();
      assert.equal(first.length, 2);
      assert.equal(second.length, 1);
    });

    it('that are waited for have been applied wherever the fetch is shown', async () => {
      other.follow('fetch-1');
      await host.arrive();
      const heard = record(other);
      one.publish(sampleSnapshot({ downloaded: 1 }));
      await host.settle(one.publishAndWait(sampleSnapshot({ downloaded: 2 })));
      assert.deepEqual(
        heard.map(({ downloaded }) => downloaded),
        [1, 2],
      );
    });

    if (waitsForListeners) {
      it('that are waited for have been dealt with by every listener, however that ended', async () => {
        const done: string[] = [];
        one.subscribe(async () => {
          await Promise.resolve();
          done.push('one');
        });
        one.subscribe(() => Promise.reject(new Error('failed')));
        other.follow('fetch-1');
        other.subscribe(async () => {
          await Promise.resolve();
          done.push('other');
        });
        await host.settle(one.publishAndWait(sampleSnapshot()));
        assert.sameMembers(done, ['one', 'other']);
      });
    }

    it('tell every context what is wanted in any', async () => {
      const heard: Wanted[][] = [[], []];
      for (const [index, context] of [one, other].entries())
        context.onWanted(({ key, index: record }) => void heard[index]?.push({ key, index: record }));
      one.want({ key: 'fetch-1', index: 2 });
      await host.arrive();
      assert.deepEqual(heard, [[{ key: 'fetch-1', index: 2 }], [{ key: 'fetch-1', index: 2 }]]);
    });

    it('tell nobody of it who does not listen any more', async () => {
      let count = 0;
      const ends = [one, other].map((context) => context.onWanted(() => count++));
      for (const end of ends) end();
      one.want({ key: 'fetch-1', index: 2 });
      await host.arrive();
      assert.equal(count, 0);
    });

    it('that are waited for resolve where nobody shows the fetch', async () => {
      other.follow('fetch-2');
      await host.settle(one.publishAndWait(sampleSnapshot()));
    });
  });
}
