import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleBytes } from '@background-fetch/testing-contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectWrites, type Extent } from '../../src/storage/direct-writes.ts';
import { givenDirectory } from './given.ts';

let file: FileHandle;
let direct: DirectWrites;
let end: () => Promise<void>;

beforeEach(async () => {
  const { path, remove } = await givenDirectory();
  file = await open(join(path, 'body'), 'w+');
  direct = new DirectWrites(path);
  end = async () => {
    await direct.close();
    await file.close();
    await remove();
  };
});
afterEach(() => end());

function extent(start: number, end: number, longestPart: number): Extent {
  const parts: Uint8Array[] = [];
  for (let from = start; from < end; from += longestPart)
    parts.push(sampleBytes(from, Math.min(end, from + longestPart)));
  return { offset: start, parts };
}

/** Writes what is left as the store does; resolves with how many bytes that were. */
async function write(whole: Extent): Promise<number> {
  let left = 0;
  for (const { offset, parts } of await direct.write('body', whole)) {
    const { bytesWritten } = await file.writev([...parts], offset);
    left += bytesWritten;
  }
  return left;
}

async function expectSample(length: number): Promise<void> {
  const found = await file.read(Buffer.alloc(length + 1), 0, length + 1, 0);
  expect(found.bytesRead).toBe(length);
  expect(Buffer.compare(found.buffer.subarray(0, length), sampleBytes(0, length))).toBe(0);
}

describe('Direct writes', () => {
  it('put each byte where it belongs, wherever extents and parts begin and end', async () => {
    const ends = [0, 300_000, 300_001, 1_000_000, 3_145_728, 3_145_728 + 5_000_000, 9_000_001];
    const extents = ends.slice(1).map((end, i) => extent(ends[i] as number, end, 77_777));
    for (const one of extents.reverse()) await write(one);
    await expectSample(9_000_001);
  });

  it('take as many at once as there are', async () => {
    const size = 700_003;
    const extents = Array.from({ length: 12 }, (_, i) => extent(i * size, (i + 1) * size, 262_144));
    await Promise.all(extents.map(write));
    await expectSample(12 * size);
  });

  it('do not touch what lies beside them in the same block', async () => {
    await write(extent(0, 1_000_001, 1_000_001));
    await write(extent(2_000_001, 3_000_001, 1_000_000));
    await write(extent(1_000_001, 2_000_001, 333_333));
    await expectSample(3_000_001);
  });

  it('leave little writes to others', async () => {
    expect(await write(extent(0, 65_536, 65_536))).toBe(65_536);
  });
});
