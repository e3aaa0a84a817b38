import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@background-fetch/common';

/** built from the sources before the tests begin */
export const command = fileURLToPath(new URL('../../bin/bgfetch.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when what it has printed, on either stream, matches. */
  said(pattern: RegExp): Promise<void>;
}

/** A store, a directory for files, and commands on them, as processes of their own. */
export class CommandLine {
  readonly directory: string;
  readonly store: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.store = join(directory, 'store');
  }

  static async make(): Promise<CommandLine> {
    return new CommandLine(await mkdtemp(join(tmpdir(), 'bgfetch-test-')));
  }

  start(args: readonly string[], environment: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: this.directory,
      env: { ...process.env, BGFETCH_STORE: this.store, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        printed[name] += chunk;
        child.emit('printed');
      });
    }
    const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }));
    const said = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(printed.stdout + printed.stderr)) await once(child, 'printed');
    };
    return { child, finished, said };
  }

  run(...args: string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  /** The JSON lines that a command prints. */
  async events(...args: string[]): Promise<Record<string, unknown>[]> {
    const { stdout } = await this.run(...args, '--json');
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The process of the daemon; undefined if none runs. */
  async daemon(): Promise<number | undefined> {
    const [status] = await this.events('daemon', 'status');
    return status?.pid as number | undefined;
  }

  async remove(): Promise<void> {
    await this.#endDaemon();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** As `daemon stop` does, whose process would take longer than many tests. */
  async #endDaemon(): Promise<void> {
    const pid = this.#findDaemon();
    if (pid === undefined) return;
    try {
      process.kill(pid, 'SIGTERM');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    // it is no child of this process, which nobody tells of its end
    while (isAlive(pid)) await delay(5);
  }

  /** By the note that it leaves in its store, unless that names a process of somebody else by now. */
  #findDaemon(): number | undefined {
    try {
      const pid = Number.parseInt(readFileSync(join(this.store, 'engine.pid'), 'utf8'), 10);
      const called = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return called.includes(this.store) ? pid : undefined;
    } catch {
      return undefined;
    }
  }
}
