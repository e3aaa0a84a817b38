import { once } from 'node:events';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { Case } from './cases.ts';
import type { Contestant } from './contestants.ts';
import { judge } from './judge.ts';
import type { Verdict } from './verdict.ts';
import { Workplace } from './workplace.ts';

/** bytes */
const size = 32 * 2 ** 20;
/** bytes per second for each connection: slow enough to be interrupted, long enough for a checkpoint every second */
const rate = 2 * 2 ** 20;
const file = 'file.bin';

/** Kills the download in the middle, changes the file, and lets it go on. */
export async function interruptAndSwap(
  server: FaultServer,
  contestant: Contestant,
  { name, faults }: Case,
): Promise<Verdict> {
  await using workplace = await Workplace.open(contestant);
  const { directory } = workplace;
  const key = `${contestant.name} ${name}`.replace(/\W+/g, '-');
  const url = `${server.origin}/r/${key}?size=${size}&rate=${rate}&${faults}`;
  const command = contestant.command({ url, directory, file });
  const sent = () => server.log.of(key).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const first = workplace.start(command);
  await Promise.race([once(first, 'exit'), server.log.waitFor(() => sent() >= size / 2)]);
  if (first.exitCode !== null)
    return { outcome: 'failed', detail: `exit ${first.exitCode} before the kill`, kept: false };
  await workplace.kill(first);
  const before = sent();
  await fetch(`${server.origin}/control/${key}`, {
    method: 'POST',
    body: JSON.stringify({ version: 2, params: { rate: String(16 * rate) } }),
  });
  const exitCode = await workplace.run(command);
  return await judge({ path: workplace.path(file), key, size, exitCode, fetchedAgain: sent() - before });
}
