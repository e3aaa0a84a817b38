import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Contestant } from './contestants.ts';

/** ms after which a contestant is taken not to end any more */
const usualPatience = 60_000;

/** Where one contestant downloads. Nothing of it runs any more, and nothing of it is left, when this is disposed of. */
export class Workplace implements AsyncDisposable {
  readonly directory: string;
  readonly #contestant: Contestant;
  readonly #children = new Set<ChildProcess>();

  private constructor(contestant: Contestant, directory: string) {
    this.#contestant = contestant;
    this.directory = directory;
  }

  static async open(contestant: Contestant): Promise<Workplace> {
    return new Workplace(contestant, await mkdtemp(join(tmpdir(), 'background-fetch-race-')));
  }

  path(file: string): string {
    return join(this.directory, file);
  }

  start([program, ...args]: Command): ChildProcess {
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Resolves with the exit code, null if it had to be killed. */
  run(command: Command, patience = usualPatience): Promise<number | null> {
    return untilExit(this.start(command), patience);
  }

  /** SIGKILL to whatever does the work. */
  async kill(child: ChildProcess): Promise<void> {
    const { worker } = this.#contestant;
    if (worker) process.kill(await worker(this.directory), 'SIGKILL');
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#contestant
      .worker?.(this.directory)
      .then((pid) => process.kill(pid, 'SIGKILL'))
      .catch(() => {});
    // a last write of what was killed may race with the removal
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** The exit code; null if it did not end in time and was killed. */
export async function untilExit(child: ChildProcess, patience = usualPatience): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  return exitCode;
}
