import { World } from '@background-fetch/testing-simulation';
import { describe, expect, test } from 'vitest';

const url = 'https://app.test/film';
const megabyte = 1_000_000;
/** As apps have it. */
const engine = {
  pieceSize: 4 * 2 ** 20,
  smallestPiece: 32 * 2 ** 10,
  smallestCheckpoint: 2 * 2 ** 20,
  checkpointSize: 4 * 2 ** 20,
};

interface Line {
  /** bytes per ms of all connections together, null for no limit */
  readonly shared: number | null;
  /** bytes per ms of each */
  readonly each: number;
  /** ms */
  readonly latency: number;
}

const sharedLine: Line = { shared: 2000, each: 1e6, latency: 20 };
const size = 12 * megabyte;

function open({ shared, each, latency }: Line): World {
  const world = new World({ engine });
  world.network.link.rate = shared;
  const chunkSize = 8 * 2 ** 10;
  const headers = [['accept-ranges', 'bytes']] as const;
  world.network.serve(url, { size, latency, chunkSize, chunkInterval: chunkSize / each, headers });
  return world;
}

/** Reads a body, and gives the ms from now on after which each of these numbers of bytes was there. */
async function read(
  world: World,
  body: ReadableStream<Uint8Array> | null | undefined,
  marks: number[],
): Promise<number[]> {
  const began = world.clock.now();
  const times: number[] = [];
  let received = 0;
  for await (const chunk of body ?? []) {
    received += chunk.length;
    while (received >= (marks[times.length] ?? Number.POSITIVE_INFINITY))
      times.push(world.clock.now() - began);
  }
  if (times.length < marks.length) throw new Error(`${received} bytes are less than ${marks}`);
  return times;
}

/** ms until a plain `fetch()` has so many bytes */
function plain({ shared, each, latency }: Line, bytes: number): number {
  return latency + bytes / Math.min(shared ?? each, each);
}

/** ms until somebody who reads a body from the beginning of its background fetch on has each of these numbers of bytes. */
async function readInFlight(world: World, marks: number[]): Promise<number[]> {
  const worker = world.start();
  const page = world.open();
  const reading = async (): Promise<number[]> => {
    const began = world.clock.now();
    const registration = await page.backgroundFetch.fetch('film', url);
    const response = await (await registration.match(url))?.responseReady;
    const before = world.clock.now() - began;
    return (await read(world, response?.body ?? null, marks)).map((time) => before + time);
  };
  const ended = new Promise((resolve) => worker.events.on('backgroundfetchsuccess', resolve));
  const times = await world.clock.runUntil(reading());
  await world.clock.runUntil(ended);
  return times;
}

/** ms that nobody's reading takes */
async function unread(world: World): Promise<number> {
  const worker = world.start();
  const began = world.clock.now();
  const ended = new Promise((resolve) => worker.events.on('backgroundfetchsuccess', resolve));
  await world.clock.runUntil(worker.backgroundFetch.fetch('film', url));
  await world.clock.runUntil(ended);
  return world.clock.now() - began;
}

/** The ranges that were asked for, in the order of the requests. */
function rangesOf({
  network,
}: World): { readonly at: number; readonly start: number; readonly size: number }[] {
  return network.requests.flatMap(({ headers, at }) => {
    const range = headers.find(([name]) => name === 'Range')?.[1] ?? '';
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    return start && last ? [{ at, start: Number(start), size: Number(last) + 1 - Number(start) }] : [];
  });
}

describe.each([
  ['that all connections share', sharedLine],
  ['that all connections share, far away', { ...sharedLine, latency: 150 }],
  ['of a server that limits each connection', { shared: null, each: 500, latency: 20 }],
  ['that is slow', { shared: 100, each: 1e6, latency: 50 }],
])('over a line %s', (_, line) => {
  test('who reads a body in flight has its beginning nearly as soon as from fetch()', async () => {
    const [first = 0, fifth = 0] = await readInFlight(open(line), [megabyte, 5 * megabyte]);
    expect(first / plain(line, megabyte)).toBeLessThan(1.3);
    expect(fifth / plain(line, 5 * megabyte)).toBeLessThan(1.3);
  });

  test('the whole is there as soon as if nobody read, but for a moment', async () => {
    const [whole = 0] = await readInFlight(open(line), [size]);
    expect(whole - (await unread(open(line)))).toBeLessThan(600);
  });
});

test('who begins to read in the middle gets what comes next first', async () => {
  const world = open(sharedLine);
  const worker = world.start();
  const page = world.open();
  const ended = new Promise((resolve) => worker.events.on('backgroundfetchsuccess', resolve));
  const registration = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  await world.clock.advance(3000);
  expect(rangesOf(world).map((range) => range.size)).toEqual([engine.pieceSize, engine.pieceSize, 3_611_392]);
  const reading = async (): Promise<number[]> => {
    const record = await registration.match(url);
    return await read(world, (await record?.responseReady)?.body, [4 * megabyte]);
  };
  const [time] = await world.clock.runUntil(reading());
  // 2 MB were stored, of three pieces: without it the fourth megabyte would come when all of them are nearly over
  expect(time).toBeLessThan(1500);
  await world.clock.runUntil(ended);
});

test('pieces that bring nothing are given up, and nothing is taken before the front is back, whose bytes are stored first', async () => {
  const world = open(sharedLine);
  world.network.plan(url, null, null, { kind: 'stalled', after: 0 }, { kind: 'stalled', after: 0 });
  world.start();
  const page = world.open();
  const registration = await world.clock.runUntil(page.backgroundFetch.fetch('film', url));
  await world.clock.advance(500);
  const before = rangesOf(world).length;
  const reading = async (): Promise<number[]> => {
    const record = await registration.match(url);
    return await read(world, (await record?.responseReady)?.body, [3 * megabyte]);
  };
  await world.clock.runUntil(reading());
  const starts = rangesOf(world)
    .slice(before)
    .map(({ start }) => start);
  expect(starts).toEqual([...starts].sort((one, other) => one - other));
  expect(starts[0]).toBeLessThan(1.5 * megabyte);
});

test('nobody who reads, nothing that is different: large pieces, in order', async () => {
  const world = open(sharedLine);
  await unread(world);
  expect(rangesOf(world).map((range) => range.size)).toEqual([engine.pieceSize, engine.pieceSize, 3_611_392]);
});

test.each([
  ['has cancelled', false],
  ['has died', true],
])('a reader that %s costs large pieces for a few seconds only', async (_, dies) => {
  const world = open({ ...sharedLine, shared: 200 });
  const worker = world.start();
  const page = world.open();
  const reading = async (): Promise<void> => {
    const registration = await page.backgroundFetch.fetch('film', url);
    const response = await (await registration.match(url))?.responseReady;
    const reader = response?.body?.getReader();
    await reader?.read();
    if (!dies) await reader?.cancel();
  };
  await world.clock.runUntil(reading());
  if (dies) page.kill();
  const left = world.clock.now();
  await world.clock.runUntil(new Promise((resolve) => worker.events.on('backgroundfetchsuccess', resolve)));
  const ranges = rangesOf(world);
  expect(ranges.at(-1)?.size).toBeGreaterThan(1_000_000);
  // a hint lapses after 6 s
  const small = ranges.filter((range) => range.size < 1_000_000 && range.start + range.size < size);
  expect(small.at(-1)?.at).toBeLessThan(left + 7000);
});
