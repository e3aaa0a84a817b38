import type { Store } from '@background-fetch/core';
import { assert } from 'chai';
import type { TestFramework } from '../framework.ts';
import { describeBytes, describeNoWholeBodies, describeWholeBodies } from './bodies.ts';
import { describeDeletion } from './deletion.ts';
import { describeMending } from './mending.ts';
import { describeRequestBodies } from './request-bodies.ts';
import { describeRows } from './rows.ts';
import { describeNoStaging, describeStaging } from './staging.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { describeFailures, describeTransactions } from './transactions.ts';

export interface StoreContractOptions {
  /** Whether `StoreUnderTest.failNextWrite` is there. */
  readonly failures?: boolean;
  /** Whether `Store.readBody` gives Blobs. True if not given. */
  readonly blobs?: boolean;
  /** Whether `Store.stageBytes` is there. False if not given. */
  readonly stages?: boolean;
  /** Whether `StoreUnderTest.mending` is there. False if not given. */
  readonly mends?: boolean;
}

/** What the core relies on, of every `Store`. */
export function storeContract(
  name: string,
  createStore: () => Promise<StoreUnderTest>,
  framework: TestFramework,
  { failures = false, blobs = true, stages = false, mends = false }: StoreContractOptions = {},
): void {
  const { describe, it, beforeEach, afterEach } = framework;
  describe(`Store: ${name}`, () => {
    let place: StoreUnderTest;
    let store: Store;
    const fixture = () => ({ place, store });

    beforeEach(async () => {
      place = await createStore();
      store = place.open();
    });
    afterEach(async () => {
      await place.close(store);
      await place.dispose();
    });

    describeTransactions(framework, fixture);
    if (failures) describeFailures(framework, fixture);
    describeRows(framework, fixture);
    describeBytes(framework, fixture);
    if (blobs) describeWholeBodies(framework, fixture);
    else describeNoWholeBodies(framework, fixture);
    if (stages) describeStaging(framework, fixture);
    else describeNoStaging(framework, fixture);
    if (mends) describeMending(framework, fixture);
    describeRequestBodies(framework, fixture);
    describeDeletion(framework, fixture);

    it('tells how much space is left, or null', async () => {
      const left = await store.spaceLeft();
      assert.isTrue(left === null || (Number.isFinite(left) && left >= 0));
    });
  });
}
