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
const swappingServers = ['', '&etag=none', '&length=none', '&etag=weak', ...Array(4).fill('&ifrange=ignore')];

type Fault = (position: number) => string;

/** What a transfer recovers from without waiting long. */
export const passingFaults: readonly Fault[] = [
  () => 'ok',
  (position) => `cut:${position}`,
  () => 'status:503',
];

/** With these it takes an engine that is told to be patient. */
export const allFaults: readonly Fault[] = [
  ...passingFaults,
  (position) => `reset:${position}`,
  (position) => `stall:${position}`,
  () => 'status:500',
  () => 'drop:reset',
];

export function planFetches(random: SeededRandom, prefix: string, faults: readonly Fault[]): PlannedFetch[] {
  return Array.from({ length: random.integer(2, 4) }, (_, fetch) => ({
    id: `${prefix}-${fetch}`,
    files: Array.from({ length: random.integer(1, 2) }, (_, index) =>
      planFile(random, `${prefix}-${fetch}-${index}`, faults),
    ),
  }));
}

function planFile(random: SeededRandom, key: string, faults: readonly Fault[]): PlannedFile {
  const swaps = random.next() < 0.35;
  // a new version is a danger only to what has been received in part, and is durable
  const size = swaps ? random.integer(4 * mebibyte, 8 * mebibyte) : pick(random, sizes)(random);
  const swap = swaps ? '&swap=2' : '';
  const canGoOn = random.next() < 0.75;
  const server = pick(random, swaps ? swappingServers : canGoOn ? serversThatCanGoOn : serversThatCannot);
  const rate = size > large ? `&rate=${random.integer(6, 16) * mebibyte}` : '';
  // only the first attempts suffer, so that every file comes in the end
  const suffered = Array.from({ length: random.integer(0, 3) }, () =>
    pick(random, faults)(random.integer(0, size)),
  );
  if (swaps) suffered.unshift(`cut:${random.integer(Math.ceil(size / 2), size - 1)}`);
  const attempts = encodeURIComponent([...suffered, 'ok'].join('|'));
  return {
    key,
    size,
    parameters: `size=${size}${rate}${swap}${server}&attempts=${attempts}`,
    continuable: !swaps && canGoOn,
  };
}

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  return items[random.integer(0, items.length - 1)] as Item;
}
