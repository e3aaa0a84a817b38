import { expect, it } from 'vitest';
import { runSideBySide } from '../src/index.ts';

it('runs several at a time, and shows one below the other what they print', async () => {
  const shown: string[] = [];
  const ends = new Map<string, () => void>();
  const begun: string[] = [];
  const results = runSideBySide(
    ['a', 'b', 'c'],
    2,
    (text) => shown.push(text),
    async (name, print) => {
      begun.push(name);
      print(`${name} begins`);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      print(`${name} ends`);
      return name.toUpperCase();
    },
  );
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.();
  await Promise.resolve();
  expect(shown).toEqual(['a begins']);
  while (!ends.has('c')) await Promise.resolve();
  ends.get('c')?.();
  ends.get('a')?.();
  expect(await results).toEqual(['A', 'B', 'C']);
  expect(shown).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

it('rejects with the error of one of them', async () => {
  const running = runSideBySide(
    [1, 2],
    1,
    () => {},
    async (number) => {
      throw new RangeError(`${number}`);
    },
  );
  await expect(running).rejects.toEqual(new RangeError('1'));
});
