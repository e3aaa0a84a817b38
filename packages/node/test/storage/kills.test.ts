import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CompiledProgram, compileProgram } from '@background-fetch/testing-command-line/compile-program';
import { sampleBytes } from '@background-fetch/testing-contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPoint } from '../../src/storage/faults.ts';
import { type NodeStore, openStore } from '../../src/storage/index.ts';
import { givenDirectory } from './given.ts';

let program: CompiledProgram;
beforeAll(async () => {
  program = await compileProgram(new URL('writing-process.ts', import.meta.url));
});
afterAll(() => program[Symbol.asyncDispose]());

const body = { fetch: 'fetch-1', index: 0, body: 0 };

/** Where the last checkpoint ended of which the process knew that it was done, before it killed itself. */
async function writeAndDie(
  directory: string,
  point: FaultPoint,
  count: number,
  size: number,
): Promise<number> {
  const args = [program.path, directory, point, `${count}`, `${size}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return Number(output.trim().split('\n').at(-1));
}

async function readAll(store: NodeStore, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end);
  for (let position = 0; position < end; ) {
    const part = await store.readBytes(body, position, end);
    if (!part) throw new Error(`no byte at ${position}`);
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

describe('A process that is killed while it writes', () => {
  let directory: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ path: directory, remove } = await givenDirectory());
  });
  afterEach(() => remove());

  const inFile = 100_000;
  const pastCache = 1_000_003;
  const inDatabase = 5_000;
  const moments: [point: FaultPoint, count: number, size: number][] = [
    ...(['write', 'sync', 'synced', 'commit', 'log'] as const).flatMap(
      (point) =>
        [
          [point, 1, inFile],
          [point, 5, inFile],
        ] as [FaultPoint, number, number][],
    ),
    ['write', 3, pastCache],
    ['sync', 3, pastCache],
    ['synced', 3, pastCache],
    ['log', 3, pastCache],
    ['commit', 4, inDatabase],
    ['log', 4, inDatabase],
  ];
  for (const [point, count, size] of moments) {
    it(`at "${point}" of checkpoint ${count} of ${size} bytes loses none that was acknowledged`, async () => {
      const acknowledged = await writeAndDie(directory, point, count, size);
      const store = await openStore(directory);
      const record = await store.read((transaction) => transaction.getRecord('fetch-1', 0));
      const end = record?.responseData?.stored[0]?.end ?? 0;
      expect(end).toBeGreaterThanOrEqual(acknowledged);
      expect(end).toBe(point === 'log' ? acknowledged + size : acknowledged);
      expect(Buffer.compare(await readAll(store, end), sampleBytes(0, end))).toBe(0);
      expect(await store.readBytes(body, end, end + 1)).toBeNull();
      const upload = await store.readRequestBody('fetch-1', 0);
      const sent = new Uint8Array(await new Response(upload?.value as Blob).arrayBuffer());
      expect(Buffer.compare(sent, sampleBytes(0, 200_000))).toBe(0);
      await store.close();
    });
  }

  it('leaves nothing that a row does not tell of, in length and in number', async () => {
    await writeAndDie(directory, 'sync', 3, inFile);
    const store = await openStore(directory);
    await store.close();
    const names = await readdir(join(directory, 'bodies'));
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(directory, 'bodies', name))).size),
    );
    expect(sizes.sort((a, b) => a - b)).toEqual([200_000, 200_000]);
  });

  it('after the rows of a fetch were deleted leaves files that the next start removes', async () => {
    await writeAndDie(directory, 'unlink', 1, inFile);
    expect(await readdir(join(directory, 'bodies'))).toHaveLength(2);
    const store = await openStore(directory);
    await store.close();
    expect(await readdir(join(directory, 'bodies'))).toEqual([]);
    const again = await openStore(directory);
    expect(await again.read((transaction) => transaction.listFetches())).toEqual([]);
    await again.close();
  });

  it('goes on where it was', async () => {
    const acknowledged = await writeAndDie(directory, 'synced', 2, inFile);
    const store = await openStore(directory);
    const parts = [sampleBytes(acknowledged, acknowledged + inFile)];
    const staged = await store.stageBytes(body, acknowledged, parts);
    await store.write(async (transaction) => transaction.putBytes(body, acknowledged, staged));
    const end = acknowledged + inFile;
    expect(Buffer.compare(await readAll(store, end), sampleBytes(0, end))).toBe(0);
    await store.close();
  });
});
