import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { Case } from './cases.ts';
import type { Contestant } from './contestants.ts';
import { judge, type Verdict } from './judge.ts';

/** bytes */
const size = 32 * 2 ** 20;
/** bytes per second for each connection: slow enough to be interrupted, long enough for a checkpoint every second */
const rate = 2 * 2 ** 20;
/** ms after which a contestant that goes on is taken not to end any more */
const patience = 60_000;
const file = 'file.bin';

/** Kills the download in the middle, changes the file, and lets it go on. */
export async function interruptAndSwap(
  server: FaultServer,
  contestant: Contestant,
  { name, faults }: Case,
): Promise<Verdict> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-race-'));
  const key = `${contestant.name} ${name}`.replace(/\W+/g, '-');
  const url = `${server.origin}/r/${key}?size=${size}&rate=${rate}&${faults}`;
  const start = () => {
    const [program, ...args] = contestant.command(url, directory, file);
    return spawn(program, args, { stdio: 'ignore' });
  };
  const sent = () => server.log.of(key).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  try {
    const first = start();
    const gone = once(first, 'exit');
    await Promise.race([gone, server.log.waitFor(() => sent() >= size / 2)]);
    if (first.exitCode !== null)
      return { outcome: 'failed', detail: `exit ${first.exitCode} before the kill` };
    if (contestant.worker) process.kill(await contestant.worker(directory), 'SIGKILL');
    first.kill('SIGKILL');
    await gone;
    const before = sent();
    await fetch(`${server.origin}/control/${key}`, {
      method: 'POST',
      body: JSON.stringify({ version: 2, params: { rate: String(16 * rate) } }),
    });
    const second = start();
    const timer = setTimeout(() => second.kill('SIGKILL'), patience);
    const [exitCode] = (await once(second, 'exit')) as [number | null];
    clearTimeout(timer);
    return await judge({ path: join(directory, file), key, size, exitCode, fetchedAgain: sent() - before });
  } finally {
    await contestant
      .worker?.(directory)
      .then((pid) => process.kill(pid))
      .catch(() => {});
    await rm(directory, { recursive: true, force: true });
  }
}
