import { expect, it } from 'vitest';

it('can be imported where a server renders the page, and installs nothing there', async () => {
  const { Request } = globalThis;
  const before = Reflect.ownKeys(globalThis);
  const { hasNative, install } = await import('../src/index.ts');
  install({ native: 'replace' });
  expect(Reflect.ownKeys(globalThis)).toEqual(before);
  expect(globalThis.Request).toBe(Request);
  expect(hasNative()).toBe(false);
});
