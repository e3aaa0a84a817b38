import type { Connectivity } from '@background-fetch/core';
import { assert } from 'chai';
import type { TestFramework } from './framework.ts';

export interface ConnectivityUnderTest {
  readonly connectivity: Connectivity;
  setOnline(online: boolean): void;
}

/** What the core relies on, of every `Connectivity`. */
export function connectivityContract(
  name: string,
  create: () => ConnectivityUnderTest,
  { describe, it }: TestFramework,
): void {
  describe(`Connectivity: ${name}`, () => {
    it('calls back each time the host comes back online, and not when it goes', () => {
      const { connectivity, setOnline } = create();
      let calls = 0;
      connectivity.onOnline(() => calls++);
      for (const [online, expected] of [
        [false, 0],
        [true, 1],
        [false, 1],
        [true, 2],
      ] as const) {
        setOnline(online);
        assert.equal(connectivity.isOnline(), online);
        assert.equal(calls, expected);
      }
    });

    it('calls back no more once that was ended', () => {
      const { connectivity, setOnline } = create();
      let calls = 0;
      const end = connectivity.onOnline(() => calls++);
      end();
      setOnline(false);
      setOnline(true);
      assert.equal(calls, 0);
    });
  });
}
