import { appendFile, mkdtemp, open, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '@background-fetch/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSpecial } from '../../../common/test/special-files.ts';
import { createRequests } from '../../src/daemon/fetch-requests.ts';
import type { RequestedBody, RequestedFetch } from '../../src/daemon/protocol.ts';

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
async function take(meanwhile: () => Promise<unknown>, body?: RequestedBody): Promise<number> {
  body ??= { path, identity: identityOf(await stat(path, { bigint: true })), version: '' };
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

  it.each([
    ['a pipe', () => makeSpecial('pipe', path)],
    ['a link', () => symlink('/etc/passwd', path)],
    ['another file', () => writeFile(path, Buffer.alloc(size, 'a'))],
  ])('is refused where %s has come into its place before it was opened', async (_name, replace) => {
    const identity = identityOf(await stat(path, { bigint: true }));
    // its number stays in use
    const before = await open(path);
    await rm(path);
    await replace();
    await expect(take(async () => {}, { path, identity, version: '' })).rejects.toThrow();
    await before.close();
  });

  it('is taken as it was where another file takes its name', async () => {
    expect(await take(() => rm(path).then(() => writeFile(path, 'another')))).toBe(size);
  });
});
