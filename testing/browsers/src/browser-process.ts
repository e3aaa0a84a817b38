import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { browserVariable, leashEnvironment } from './leash.ts';
import { ProcessTree } from './process-tree.ts';

/** Bytes of a browser's last words that go into an error. */
const outputKept = 4096;

/** A process group of its own, marked so that every descendant is found again, and ended with this process. */
export class BrowserProcess {
  readonly tree: ProcessTree;
  readonly #command: string;
  #output = '';
  /** Rejects when the root process ends, with its last words. */
  readonly ended: Promise<never>;

  constructor(command: string, parameters: readonly string[], environment: Record<string, string>) {
    this.#command = command;
    const mark = randomUUID();
    const child = spawn(command, parameters, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: markedEnvironment(mark, environment),
    });
    if (child.pid === undefined) throw new Error(`Can't start ${command}`);
    this.tree = new ProcessTree(child.pid, mark);
    this.ended = this.#watch(child);
    this.ended.catch(() => {}); // Only of interest while someone waits for the start.
    child.unref();
  }

  /** What `start` resolves to, unless the process ends first or `timeout` milliseconds pass; then nothing is left. */
  async started<T>(start: Promise<T>, timeout: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error(`is not up after ${timeout} ms`)), timeout);
    });
    try {
      return await Promise.race([start, this.ended, late]);
    } catch (error) {
      await this.tree.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #watch(child: ChildProcess): Promise<never> {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output = (this.#output + chunk).slice(-outputKept);
      });
      (stream as Socket).unref();
    }
    return new Promise((_, reject) => {
      child.once('exit', (code, signal) => reject(this.#error(`ended (${signal ?? `code ${code}`})`)));
      child.once('error', (cause) => reject(new Error(`Can't start ${this.#command}`, { cause })));
    });
  }

  #error(what: string): Error {
    return new Error(`${this.#command} ${what}. Its last output:\n${this.#output.trim() || '(none)'}`);
  }
}

export function markedEnvironment(mark: string, additions: Record<string, string>): NodeJS.ProcessEnv {
  return leashEnvironment({ ...additions, [browserVariable]: mark });
}
