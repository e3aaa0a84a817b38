import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Usage {
  /** seconds, user and system */
  readonly cpu: number;
  /** bytes */
  readonly peak: number;
}

/** clock ticks of a second, in /proc: so many on every Linux that Node runs on */
const ticks = 100;

/**
 * What the daemon of a store has used so far, before it is asked to end. Null where the system does not tell (it is read from
 * Linux's /proc).
 */
export async function endDaemon(command: string, store: string): Promise<Usage | null> {
  const usage = await usageOf(store).catch(() => null);
  const child = spawn(process.execPath, [command, 'daemon', 'stop', '--quiet', '--store', store], {
    stdio: 'ignore',
  });
  await once(child, 'exit');
  return usage;
}

async function usageOf(store: string): Promise<Usage> {
  const pid = Number.parseInt(await readFile(join(store, 'engine.pid'), 'utf8'), 10);
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  // "PID (name) state …": user and system are the 14th and 15th of all fields
  const [, , , , , , , , , , , user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'))?.[1];
  return { cpu: (user + system) / ticks, peak: Number(kilobytes) * 1024 };
}
