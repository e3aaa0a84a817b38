import type { StoredBackgroundFetch } from '@background-fetch/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAlive } from '../../src/page/keep-alive.ts';

const scope = 'https://example.com/';
const read = vi.fn<() => Promise<Partial<StoredBackgroundFetch>[]>>();
const postMessage = vi.fn();

vi.mock('../../src/shared/context.ts', () => ({
  getContext: () => ({ channel: { subscribe: () => {} }, realm: { ports: { store: { read } } } }),
  scopeOf: (registration: string) => registration.slice(registration.indexOf(' ') + 1),
}));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', () => {});
  const getRegistration = async () => ({ scope, active: { postMessage } });
  vi.stubGlobal('navigator', { serviceWorker: { getRegistration } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('reads the store again when it could not, and then wakes the worker of a fetch that an earlier visit left', async () => {
  const warning = vi.spyOn(console, 'warn').mockImplementation(() => {});
  read.mockRejectedValueOnce(new Error('Internal error opening backing store'));
  read.mockRejectedValueOnce(new Error('Internal error opening backing store'));
  read.mockResolvedValueOnce([{ key: 'a', registration: `generation ${scope}`, state: 'active' }]);
  keepAlive();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).toHaveBeenCalledTimes(3);
  expect(warning).toHaveBeenCalledTimes(2);
  expect(postMessage).toHaveBeenCalled();
});

it('keeps an app of zone.js stable while a download is under way', async () => {
  const outside = vi.fn();
  vi.stubGlobal('__zone_symbol__setInterval', outside);
  const counted = vi.spyOn(globalThis, 'setInterval');
  vi.resetModules();
  read.mockResolvedValueOnce([{ key: 'a', registration: `generation ${scope}`, state: 'active' }]);
  (await import('../../src/page/keep-alive.ts')).keepAlive();
  await vi.advanceTimersByTimeAsync(0);
  expect(outside).toHaveBeenCalledOnce();
  expect(counted).not.toHaveBeenCalled();
});
