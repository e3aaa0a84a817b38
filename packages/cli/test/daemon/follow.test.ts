import { getEventListeners } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { FetchKeeper } from '../../src/daemon/fetch-keeper.ts';
import { followFetches } from '../../src/daemon/follow.ts';
import type { FetchReport } from '../../src/daemon/status.ts';

const warnings: string[] = [];
const note = (warning: Error): void => void warnings.push(warning.message);
afterEach(() => {
  process.off('warning', note);
});

it('follows many fetches of one client without a warning of a leak, and lets go of it at their end', async () => {
  process.on('warning', note);
  const states = new Map(Array.from({ length: 12 }, (_, index) => [`fetch-${index}`, 'active']));
  const listeners = new Set<(id: string) => void>();
  const keeper = {
    describe: async (id: string) =>
      ({ fetch: { id, state: states.get(id) }, files: [] }) as unknown as FetchReport,
    onChange(listener: (id: string) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as FetchKeeper;
  const { signal } = new AbortController();
  const reported: string[] = [];
  const send = async (): Promise<void> => {};
  const caller = { signal, send, report: async ({ fetch }: FetchReport) => void reported.push(fetch.state) };
  const following = followFetches(keeper, [...states.keys()], caller);
  expect(getEventListeners(signal, 'abort')).toHaveLength(12);
  for (const id of states.keys()) {
    states.set(id, 'success');
    for (const listener of listeners) listener(id);
  }
  await following;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  // warnings are told in a turn of their own
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
