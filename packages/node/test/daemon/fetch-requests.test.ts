import { appendFile, mkdtemp, open, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRequests } from '../../src/daemon/fetch-requests.ts';
import type { RequestedFetch } from '../../src/daemon/protocol.ts';

const size = 8 * 2 ** 20;
let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fetch-requests-'));
  path = join(directory, 'photo');
  await writeFile(path, Buffer.alloc(size, 'a'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Takes the body of a request for that file, and does something to the file in the middle. */
async function take(meanwhile: () => Promise<unknown>, body = path): Promise<number> {
  const files = [{ url: 'https://app.test/photos', name: null, integrity: '', headers: [] }];
  const asked = { method: 'POST', files, body } as Partial<RequestedFetch> as RequestedFetch;
  const reader = createRequests(asked)[0]?.body?.getReader();
  let taken = 0;
  let isFirst = true;
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    taken += next.value.byteLength;
    if (isFirst) await meanwhile();
    isFirst = false;
  }
  return taken;
}

describe('a body from a file', () => {
  it('is taken whole', async () => {
    expect(await take(async () => {})).toBe(size);
  });

  it.each([
    ['extended', () => appendFile(path, 'more')],
    ['truncated', () => truncate(path, size / 2)],
    [
      'rewritten with as many bytes',
      async () => {
        const file = await open(path, 'r+');
        await file.write(Buffer.alloc(size, 'b'));
        await file.close();
        // on a disk that keeps time in seconds, it may be the same one otherwise
        await utimes(path, 1, 1);
      },
    ],
  ])('is refused where it is %s meanwhile', async (_name, change) => {
    await expect(take(change)).rejects.toThrow(/photo was changed while it was read/);
  });

  it('is taken where it does not say its size', async () => {
    expect(await take(async () => {}, '/proc/self/status')).toBeGreaterThan(0);
  });

  it('is taken as it was where another file takes its name', async () => {
    expect(await take(() => rm(path).then(() => writeFile(path, 'another')))).toBe(size);
  });
});
