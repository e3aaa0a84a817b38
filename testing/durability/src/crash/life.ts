import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type CompiledProgram, compileProgram } from '@background-fetch/testing-command-line/compile-program';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { FaultPoint } from '../../../../packages/node/src/storage/faults.ts';

/** When a process dies: at a moment of a write, once the server has sent so many bytes to it, or after so many ms. */
export type Death =
  | { readonly at: 'write'; readonly point: FaultPoint; readonly count: number }
  | { readonly at: 'bytes'; readonly bytes: number }
  | { readonly at: 'time'; readonly ms: number };

export interface Instructions {
  readonly directory: string;
  /** where saved files go */
  readonly saved: string;
  /** to be started, unless the store has them */
  readonly fetches: readonly { readonly id: string; readonly urls: readonly string[] }[];
  readonly connections: number;
  /** whether it goes on until nothing is stored any more */
  readonly untilFreed: boolean;
  readonly die: { readonly point: FaultPoint; readonly count: number } | null;
}

export type Said =
  | { readonly what: 'found'; readonly ids: readonly string[] }
  | { readonly what: 'started' | 'handled'; readonly id: string }
  | { readonly what: 'event'; readonly id: string; readonly name: string; readonly failureReason: string }
  | { readonly what: 'closed' };

export interface Life {
  readonly said: readonly Said[];
  readonly killed: boolean;
}

/** The process that is killed. */
export const compilePerformer = (): Promise<CompiledProgram> =>
  compileProgram(new URL('performer.ts', import.meta.url));

/** ms after which a process that was not to die is taken to hang */
const patience = 120_000;

/**
 * Lets a process perform until it is done, or dies as it was planned.
 * @param performer the path of the compiled program
 */
export async function live(
  performer: string,
  server: FaultServer,
  instructions: Omit<Instructions, 'die'>,
  death: Death | null,
): Promise<Life> {
  const given: Instructions = { ...instructions, die: death?.at === 'write' ? death : null };
  const child = spawn(process.execPath, [performer, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said));
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const disarm = arm(server, death, () => child.kill('SIGKILL'));
  let hung = false;
  const watchdog = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, patience);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  disarm();
  clearTimeout(watchdog);
  if (hung)
    throw new Error(`A process did not come to an end. It said ${JSON.stringify(said)} ${complaints}`);
  const unexpected = withoutRestarts(complaints);
  if (unexpected !== '' || (signal === null && code !== 0)) {
    throw new Error(`A process that performs ended with ${signal ?? code} and said: ${unexpected}`);
  }
  return { said, killed: signal === 'SIGKILL' };
}

/** What a process complained of, but for bodies that begin again because their servers wanted that. */
function withoutRestarts(complaints: string): string {
  return complaints
    .split('\n')
    .filter((line) => !/BackgroundFetchWarning: .* bytes are fetched again: |^\(Use `node /.test(line))
    .join('\n')
    .trim();
}

/** Calls back when the time has come; the result makes it never come. */
export function arm(server: FaultServer, death: Death | null, kill: () => void): () => void {
  if (death?.at === 'time') {
    const timer = setTimeout(kill, death.ms);
    return () => clearTimeout(timer);
  }
  if (death?.at !== 'bytes') return () => {};
  const sent = (): number => server.log.entries.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const end = sent() + death.bytes;
  let over = false;
  void server.log
    .waitFor(() => over || sent() >= end)
    .then(() => {
      if (!over) kill();
    });
  return () => {
    over = true;
  };
}
