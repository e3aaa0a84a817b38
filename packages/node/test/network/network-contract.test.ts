import {
  type NetworkUnderTest,
  networkContract,
  type ServedResource,
} from '@background-fetch/testing-contracts';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { createNetwork } from '../../src/network/create-network.ts';
import { expectedBytes, systemClock } from './given.ts';

/** The fault server's parameters for what the contract wants served. */
function parametersOf({ size, status, cutAfter, stalledAfter, redirects }: ServedResource): URLSearchParams {
  const parameters = { size: size ?? 0, status, cut: cutAfter, stall: stalledAfter, redirect: redirects };
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, `${value}`]));
}

async function givenNetwork(): Promise<NetworkUnderTest> {
  const server = await startFaultServer();
  const network = createNetwork({ clock: systemClock });
  let count = 0;
  return {
    network,
    async serve(resource) {
      // nobody listens on port 1
      const origin = resource.unreachable ? 'http://127.0.0.1:1' : server.origin;
      return `${origin}/r/resource-${++count}?${parametersOf(resource)}`;
    },
    content: (url, start, end) => {
      const key = new URL(url).pathname.split('/').at(-1) ?? '';
      return expectedBytes(key, 1, start, end);
    },
    settle: (promise) => promise,
    async dispose() {
      await network.close();
      await server.close();
    },
  };
}

networkContract('undici', givenNetwork, { describe, it, beforeEach, afterEach });
