import type { SeededRandom } from '@background-fetch/testing-simulation';

/** A file of a fetch, and how the server treats those who ask for it. */
export interface PlannedFile {
  readonly key: string;
  /** bytes */
  readonly size: number;
  readonly parameters: string;
  /** Whether it has one version, which is named so that a transfer can go on. */
  readonly continuable: boolean;
}

export interface PlannedFetch {
  readonly id: string;
  readonly files: readonly PlannedFile[];
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** bytes from which on a file comes so slowly that it can be interrupted */
const large = mebibyte;

const sizes: readonly ((random: SeededRandom) => number)[] = [
  () => 0,
  () => 1,
  // around what is kept in the database and what in a file
  (random) => 16 * kibibyte + random.integer(-2, 2),
  (random) => random.integer(2, 64 * kibibyte),
  (random) => random.integer(64 * kibibyte, large),
  (random) => random.integer(2 * mebibyte, 8 * mebibyte),
  (random) => random.integer(8 * mebibyte, 24 * mebibyte),
  (random) => (random.next() < 0.25 ? 64 * mebibyte : random.integer(4 * mebibyte, 12 * mebibyte)),
];

const serversThatCanGoOn = ['', '&etag=strong&lastmod=none', '&etag=none', '&length=none'];
const serversThatCannot = ['&ranges=ignore', '&etag=none&lastmod=none', '&etag=weak&lastmod=none'];
const swaps = ['', '&etag=none', '&ifrange=ignore', '&length=none', '&etag=weak'];

export function planFetches(random: SeededRandom, prefix: string): PlannedFetch[] {
  return Array.from({ length: random.integer(2, 4) }, (_, fetch) => ({
    id: `${prefix}-${fetch}`,
    files: Array.from({ length: random.integer(1, 2) }, (_, index) =>
      planFile(random, `${prefix}-${fetch}-${index}`),
    ),
  }));
}

function planFile(random: SeededRandom, key: string): PlannedFile {
  const size = pick(random, sizes)(random);
  const swap = random.next() < 0.3 ? `&swap=${random.integer(2, 3)}` : '';
  const canGoOn = random.next() < 0.75;
  const server = pick(random, swap ? swaps : canGoOn ? serversThatCanGoOn : serversThatCannot);
  const rate = size > large ? `&rate=${random.integer(6, 16) * mebibyte}` : '';
  const faults = Array.from({ length: random.integer(0, 3) }, () => planFault(random, size));
  const attempts = encodeURIComponent([...faults, 'ok'].join('|'));
  return {
    key,
    size,
    parameters: `size=${size}${rate}${swap}${server}&attempts=${attempts}`,
    continuable: !swap && canGoOn,
  };
}

/** What befalls one attempt. Only the first ones suffer, so that every file comes in the end. */
function planFault(random: SeededRandom, size: number): string {
  const position = random.integer(0, size);
  return pick(random, [
    'ok',
    `cut:${position}`,
    `reset:${position}`,
    `stall:${position}`,
    'status:500',
    'status:503',
    'drop:reset',
  ]);
}

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  return items[random.integer(0, items.length - 1)] as Item;
}
