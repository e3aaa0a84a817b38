import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { SeededRandom } from '@background-fetch/testing-simulation';
import { requireFewAgain, requireOneVersion } from './judge.ts';
import { arm, type Death } from './life.ts';
import { passingFaults, pick, planFetches } from './plan.ts';
import type { Figures } from './round.ts';

const command = fileURLToPath(new URL('../../../../packages/cli/bin/bgfetch.js', import.meta.url));

/** ms after which a command that nobody kills is taken to hang */
const patience = 120_000;

function bgfetch(...args: string[]): ChildProcess {
  return spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The process that has the store, if it is one that was started for it. */
async function daemonOf(store: string): Promise<number | null> {
  try {
    const pid = Number((await readFile(join(store, 'engine.pid'), 'utf8')).trim());
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return line.split('\0').includes(store) ? pid : null;
  } catch {
    // it has not come that far, or is dead already
    return null;
  }
}

/** @param size bytes of all files: a death that waits for more would rarely come */
function planDeath(random: SeededRandom, size: number): Death {
  if (random.next() < 0.7) return { at: 'bytes', bytes: random.integer(0, Math.floor(size / 3)) };
  return { at: 'time', ms: random.integer(300, 3000) };
}

/** Kills the daemon, the command, or both, and gives the same command again until it says that all is well. */
export async function killTheDaemon(
  server: FaultServer,
  random: SeededRandom,
  prefix: string,
  directory: string,
): Promise<Figures> {
  const store = join(directory, 'store');
  const output = join(directory, 'saved');
  await mkdir(output);
  const files = planFetches(random, prefix, passingFaults).flatMap((fetch) => fetch.files);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const connections = pick(random, [1, 4]);
  const urls = files.map(({ key, parameters }) => `${server.origin}/r/${key}?${parameters}`);
  const options = ['--store', store, '--output', `${output}/`, '--connections', `${connections}`];
  const deaths: number[] = [];
  let kills = 0;

  /** Resolves with whether the command came to a good end. */
  const get = async (death: Death | null, victims: readonly ('daemon' | 'client')[]): Promise<boolean> => {
    const client = bgfetch('get', ...options, '--id', prefix, '--overwrite', '--quiet', ...urls);
    let complaints = '';
    client.stderr?.on('data', (chunk) => {
      complaints += chunk;
    });
    let daemonDied = false;
    const kill = async (): Promise<void> => {
      const pid = victims.includes('daemon') ? await daemonOf(store) : null;
      if (pid !== null) {
        process.kill(pid, 'SIGKILL');
        daemonDied = true;
        deaths.push(server.log.entries.at(-1)?.id ?? 0);
        kills++;
      }
      if (victims.includes('client') && client.exitCode === null && client.kill('SIGKILL')) kills++;
    };
    let killing: Promise<void> = Promise.resolve();
    const disarm = arm(server, death, () => {
      killing = kill();
    });
    const watchdog = setTimeout(() => client.kill('SIGABRT'), patience);
    const [code, signal] = (await once(client, 'close')) as [number | null, NodeJS.Signals | null];
    clearTimeout(watchdog);
    disarm();
    await killing;
    if (code === 0) return true;
    if (signal === 'SIGKILL' || (daemonDied && code === 4)) return false;
    throw new Error(`bgfetch get ended with ${signal ?? code} and said: ${complaints}`);
  };

  try {
    let isDone = false;
    for (let left = random.integer(1, 4); left > 0 && !isDone; left--) {
      const victims = pick(random, [['daemon'], ['client'], ['daemon', 'client']] as const);
      isDone = await get(planDeath(random, size), victims);
    }
    if (!isDone && !(await get(null, []))) throw new Error('bgfetch get did not come to an end');
  } finally {
    await once(bgfetch('daemon', 'stop', '--store', store), 'exit');
  }

  let mostAgain = 0;
  for (const file of files) {
    await requireOneVersion(join(output, file.key), file);
    if (!file.continuable) continue;
    mostAgain = Math.max(mostAgain, requireFewAgain(file, server.log.of(file.key), deaths, connections));
  }
  const strays = (await readdir(output)).filter((name) => !files.some(({ key }) => key === name));
  if (strays.length > 0) throw new Error(`The output has ${strays.join(', ')}, too`);
  return { kills, files: files.length, mostAgain };
}
