import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackgroundFetchEngine, OpenOptions } from '../../src/index.ts';
import { useEngines } from '../engine/given.ts';
import { requestFor, until, useNetworks } from '../network/given.ts';

const mebibyte = 2 ** 20;
const zeros = Buffer.alloc(16 * mebibyte);
/** Members of gzip may follow one another: 4 GiB in 4 MiB. */
const member = zlib.gzipSync(zeros, { level: 9 });
const gzip = Buffer.concat(Array.from({ length: 256 }, () => member));
const best = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };
const bombs: Readonly<Record<string, Buffer>> = {
  gzip,
  br: zlib.brotliCompressSync(Buffer.concat(Array.from({ length: 16 }, () => zeros)), best),
  'gzip, gzip': zlib.gzipSync(gzip),
};

const network = useNetworks();
const engines = useEngines();
const server = createServer((request, response) => {
  const coding = decodeURIComponent((request.url ?? '').slice(1));
  if (coding === 'plain') response.end(zeros);
  else response.setHeader('Content-Encoding', coding).end(bombs[coding]);
});
const urlOf = (coding: string) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}/${encodeURIComponent(coding)}`;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Fetches a bomb, and resolves with why that failed and how many bytes were stored. */
async function outcomeOf(
  options: OpenOptions,
  coding: string,
  downloadTotal: number,
): Promise<{ engine: BackgroundFetchEngine; reason: string; downloaded: number }> {
  const engine = await engines.open(options);
  const ended = new Promise<{ reason: string; downloaded: number }>((resolve) => {
    engine.onbackgroundfetchfail = ({ registration: { failureReason: reason, downloaded } }) =>
      resolve({ reason, downloaded });
  });
  const headers = { 'Accept-Encoding': coding };
  await engine.backgroundFetch.fetch('bomb', new Request(urlOf(coding), { headers }), { downloadTotal });
  return { engine, ...(await ended) };
}

describe.each(Object.keys(bombs))('a body that decodes to very much: %s', (coding) => {
  it('is decoded no faster than it is read', async () => {
    const response = await network().fetch(requestFor(urlOf(coding)));
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.byteLength).toBeGreaterThan(0);
    const before = process.memoryUsage().arrayBuffers;
    for (let turns = 0; turns < 200; turns++) await turn();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * mebibyte);
    await reader?.cancel();
  });

  it('ends at the downloadTotal', async () => {
    const total = 3 * mebibyte;
    const { reason, downloaded } = await outcomeOf({ directory: await engines.directory() }, coding, total);
    expect(reason).toBe('download-total-exceeded');
    expect(downloaded).toBeLessThanOrEqual(total);
  });
});

const size = 32;

function spaceIn(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Whether this user may mount a file system; mostly only root may. */
function mountSmallDisk(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('ends at the end of the disk, which has its room back after that', async () => {
  const directory = await engines.directory();
  if (!mountSmallDisk(directory)) {
    console.warn('A bomb that fills a disk was not tested: mounting is not allowed here.');
    return;
  }
  try {
    const { engine, reason, downloaded } = await outcomeOf({ directory }, 'gzip', 0);
    expect(reason).toBe('quota-exceeded');
    expect(downloaded).toBeLessThanOrEqual(size * mebibyte);
    await until(() => spaceIn(directory) > zeros.length);
    const next = new Promise((resolve) => {
      engine.onbackgroundfetchsuccess = ({ registration }) => resolve(registration.downloaded);
    });
    await engine.backgroundFetch.fetch('next', urlOf('plain'));
    expect(await next).toBe(zeros.length);
    await engine.close();
  } finally {
    execFileSync('umount', ['-l', directory]);
  }
});
