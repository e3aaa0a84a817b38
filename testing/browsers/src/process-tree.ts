import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { browserVariable } from './leash.ts';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks since boot; with the pid it identifies a process even after pids wrap around. */
  readonly started: string;
}

/**
 * A browser's processes: its process group, its descendants, and whatever carries its mark in the environment.
 * Browsers detach some helpers from the tree (Firefox's crash helper, Chromium's zygotes), so no single criterion
 * finds all of them.
 */
export class ProcessTree {
  readonly pid: number;
  readonly #mark: string;
  readonly #known = new Map<number, string>();

  constructor(pid: number, mark: string) {
    this.pid = pid;
    this.#mark = `${browserVariable}=${mark}`;
  }

  async processIds(): Promise<number[]> {
    const alive = await listProcesses();
    const members = new Set<number>();
    for (const process of alive) {
      if (await this.#isMarked(process)) members.add(process.pid);
    }
    // A parent may have a higher pid than its child, so repeat until nothing is added.
    for (let size = -1; size !== members.size; ) {
      size = members.size;
      for (const { pid, parent } of alive) if (members.has(parent)) members.add(pid);
    }
    for (const { pid, started } of alive) if (members.has(pid)) this.#known.set(pid, started);
    return [...members];
  }

  /** Sum of the proportional set sizes, in bytes. */
  async memory(): Promise<number> {
    const sizes = await Promise.all((await this.processIds()).map(proportionalSetSize));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Kills everything and resolves when all of it is gone. */
  async kill(): Promise<void> {
    const deadline = Date.now() + 60_000;
    // All must be known before the first dies: orphans can no longer be found by their parent.
    let members = await this.processIds();
    signal(-this.pid, 'SIGKILL');
    while (members.length > 0) {
      if (Date.now() > deadline) {
        throw new Error(
          `Processes ${members.join(', ')} survive SIGKILL for 60 s: stuck in the kernel, look at /proc`,
        );
      }
      for (const pid of members) signal(pid, 'SIGKILL');
      await delay(20);
      members = await this.processIds();
    }
  }

  /** Asks the root to end, gives it `patience` milliseconds, then kills what is left. */
  async end(patience: number): Promise<void> {
    await this.processIds();
    signal(this.pid, 'SIGTERM');
    await this.waitForEnd(patience);
    await this.kill();
  }

  /** Resolves when no process is left, or after `patience` milliseconds. */
  async waitForEnd(patience: number): Promise<void> {
    const deadline = Date.now() + patience;
    while ((await this.processIds()).length > 0 && Date.now() < deadline) await delay(50);
  }

  async #isMarked(process: Process): Promise<boolean> {
    if (this.#known.get(process.pid) === process.started || process.group === this.pid) return true;
    const environment = await readFile(`/proc/${process.pid}/environ`, 'latin1').catch(() => '');
    return environment.split('\0').includes(this.#mark);
  }
}

/** Every process of the machine of which a thread lives. */
async function listProcesses(): Promise<Process[]> {
  let names: string[];
  try {
    names = await readdir('/proc');
  } catch (cause) {
    throw new Error("Can't list processes without /proc: run the browser tests on Linux", { cause });
  }
  const processes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess));
  return processes.filter((process) => process !== undefined);
}

async function readProcess(name: string): Promise<Process | undefined> {
  return parseStat(await readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''));
}

/**
 * A process by its `/proc/…/stat`; undefined once all of its threads are dead: then it only waits for its parent to
 * notice. On a busy machine the first thread may be dead for long while others have yet to get the time to die, and
 * until then the files and locks of all of them are held.
 */
export function parseStat(stat: string): Process | undefined {
  // The command in parentheses may hold spaces and parentheses itself; the fields follow the last one.
  const [state, parent, group, ...others] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [threads, started] = [Number(others[14]), others[16]];
  if (!state || !started || (/[ZX]/.test(state) && threads <= 1)) return undefined;
  return { pid: Number.parseInt(stat, 10), parent: Number(parent), group: Number(group), started };
}

async function proportionalSetSize(pid: number): Promise<number> {
  try {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return 0; // Ended since it was listed.
    throw new Error(`Can't read the memory of process ${pid}: run as the user that started it`, {
      cause: error,
    });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
