import { readFile } from 'node:fs/promises';
import { fillBody } from '@background-fetch/testing-fault-server';

export type Outcome =
  /** One version, byte for byte. */
  | 'whole'
  /** Bytes of both versions, and the tool says that all is well. */
  | 'MIXED'
  /** Too short, and the tool says that all is well. */
  | 'TRUNCATED'
  /** It says that it failed. */
  | 'failed';

export interface Verdict {
  readonly outcome: Outcome;
  readonly detail: string;
}

interface Finished {
  readonly path: string;
  readonly key: string;
  readonly size: number;
  /** null if it did not end by itself */
  readonly exitCode: number | null;
  readonly fetchedAgain: number;
}

/** Compares what a contestant left with the two versions. */
export async function judge({ path, key, size, exitCode, fetchedAgain }: Finished): Promise<Verdict> {
  if (exitCode !== 0) {
    return { outcome: 'failed', detail: exitCode === null ? 'did not end' : `exit ${exitCode}` };
  }
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const how = fetchedAgain < size ? 'resumed' : 'began again';
  const whole = [1, 2].find((version) => isVersion(bytes, key, size, version));
  if (whole) return { outcome: 'whole', detail: `${how}, version ${whole}` };
  if (bytes.length < size) return { outcome: 'TRUNCATED', detail: `${bytes.length} of ${size} bytes` };
  return { outcome: 'MIXED', detail: how };
}

function isVersion(bytes: Uint8Array, key: string, size: number, version: number): boolean {
  if (bytes.length !== size) return false;
  const expected = new Uint8Array(size);
  fillBody(expected, key, version, 0);
  return Buffer.compare(bytes, expected) === 0;
}
