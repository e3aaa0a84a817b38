import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Findings, joinFindings, noFindings, type SeedRange } from './findings.ts';

/** How many seeds a process is given at a time: so many take less than a second. */
const rangeSize = 50;

/** ms after which a process that says nothing is taken for one that never will */
const patience = 120_000;

export interface SeedRun {
  readonly first: number;
  readonly last: number;
  readonly untilViolation?: boolean;
  /** The one invariant that is watched. */
  readonly only?: string | undefined;
  /** Whether to go on after these findings. */
  readonly goesOn?: (findings: Findings) => boolean;
  /** Given to Node.js beside what this process was given. */
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly processes?: number;
}

/** Lives through seeds, one after the other, in as many processes as there are cores. */
export async function runSeeds(run: SeedRun): Promise<Findings> {
  const { last, untilViolation = false, only, processes = availableParallelism() } = run;
  const { goesOn = ({ violations }) => !untilViolation || violations.length === 0 } = run;
  let next = run.first;
  let findings = noFindings;
  const work = async (): Promise<void> => {
    const child = startProcess(run);
    try {
      while (next <= last && goesOn(findings)) {
        const range = { first: next, last: Math.min(last, next + rangeSize - 1), untilViolation, only };
        next = range.last + 1;
        const found = await ask(child, range);
        findings = joinFindings(findings, found);
      }
    } finally {
      child.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return findings;
}

function startProcess({ execArgv = [], env = {} }: SeedRun): ChildProcess {
  return fork(fileURLToPath(new URL('seed-process.ts', import.meta.url)), {
    execArgv: [...execArgv, ...process.execArgv],
    env: { ...process.env, ...env },
    serialization: 'advanced',
  });
}

/** Rejects if the process ends, or says nothing for far too long. */
async function ask(child: ChildProcess, range: SeedRange): Promise<Findings> {
  const given = `seeds ${range.first} to ${range.last}`;
  child.send(range);
  const ended = new AbortController();
  const { signal } = ended;
  const timer = setTimeout(() => ended.abort(new Error(`Nothing came of ${given}`)), patience);
  try {
    const dead = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`The process that lived through ${given} ended with ${code}`);
    });
    const answered = once(child, 'message', { signal });
    const [findings] = await Promise.race([answered, dead]).catch((error) => {
      throw signal.aborted ? signal.reason : error;
    });
    return findings as Findings;
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}
