import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { markedEnvironment, ProcessTree } from '@background-fetch/testing-browsers';

/** Nobody, of every Linux: servers that root starts are to have no more rights than others. */
const nobody = 65534;
/** ms */
const startPatience = 20_000;

/** What rights a server's process has. */
export function rightsOfServers(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : undefined;
}

/** A server that can be killed, and started again on the port it had. */
export class ServerProcess {
  readonly #command: string;
  readonly #parameters: readonly string[];
  readonly #port: number;
  #tree: ProcessTree | undefined;
  #guard: ChildProcess | undefined;
  #output = '';

  constructor(command: string, parameters: readonly string[], port: number) {
    this.#command = command;
    this.#parameters = parameters;
    this.#port = port;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const mark = randomUUID();
    const child = spawn(this.#command, this.#parameters, {
      ...rightsOfServers(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: markedEnvironment(mark, {}),
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        this.#output += text;
      });
    }
    if (child.pid === undefined) throw new Error(`Can't start ${this.#command}`);
    this.#tree = new ProcessTree(child.pid, mark);
    this.#guard = guard(child.pid);
    await this.#listens(child);
  }

  /** SIGKILL to all of its processes; resolves when none is left. */
  async kill(): Promise<void> {
    await this.#tree?.kill();
    this.#tree = undefined;
    this.#guard?.kill();
    this.#guard = undefined;
  }

  async #listens(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + startPatience;
    while (!(await takesConnections(this.#port))) {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (ended || Date.now() > deadline) {
        await this.kill();
        throw new Error(`${this.#command} does not listen on port ${this.#port}. It said: ${this.#output}`);
      }
      await delay(20);
    }
  }
}

/**
 * Ends a server with this process, however that ends: the kernel closes the pipe then. nginx empties its environment, by which
 * other processes of ours are found.
 */
function guard(group: number): ChildProcess {
  const script = 'read -r line; kill -KILL "-$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', `${group}`], {
    detached: true, // Ctrl-C goes to the whole foreground group; the guard has to survive it.
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  return shell;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
