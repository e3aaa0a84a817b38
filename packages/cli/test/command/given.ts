import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { CommandLine } from './command-line.ts';

export interface Given {
  /** One for the tests of a file. */
  readonly server: FaultServer;
  /** A store and a directory for each test, whose daemon is stopped after it. */
  readonly cli: CommandLine;
}

export function useCommandLine(): Given {
  const given = {} as { server: FaultServer; cli: CommandLine };
  beforeAll(async () => {
    given.server = await startFaultServer();
  });
  afterAll(() => given.server.close());
  beforeEach(async () => {
    given.cli = await CommandLine.make();
  });
  afterEach(() => given.cli.remove());
  return given;
}

export async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Waits until a response to this key stands still. */
export async function stalled({ server }: Given, key: string): Promise<void> {
  await server.log.waitFor((entry) => entry.key === key && entry.waiting);
}

export async function release({ server }: Given, key: string): Promise<void> {
  await fetch(`${server.origin}/control/${key}`, {
    method: 'POST',
    body: JSON.stringify({ release: true }),
  });
}

/** Bytes of a file that comes in several checkpoints. */
export const size = 3_000_000;
