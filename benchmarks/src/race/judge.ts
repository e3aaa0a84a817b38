import { readFile } from 'node:fs/promises';
import { fillBody } from '@background-fetch/testing-fault-server';
import type { Outcome, Verdict } from './verdict.ts';

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
    return { outcome: 'failed', detail: describeExit(exitCode), kept: false };
  }
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const how = fetchedAgain < size ? 'resumed' : 'began again';
  const whole = [1, 2].find((version) => isVersion(bytes, key, size, version));
  if (whole) return { outcome: 'whole', detail: `${how}, version ${whole}`, kept: true };
  if (bytes.length < size)
    return { outcome: 'TRUNCATED', detail: `${bytes.length} of ${size} bytes`, kept: false };
  return { outcome: 'MIXED', detail: how, kept: false };
}

function isVersion(bytes: Uint8Array, key: string, size: number, version: number): boolean {
  if (bytes.length !== size) return false;
  const expected = new Uint8Array(size);
  fillBody(expected, key, version, 0);
  return Buffer.compare(bytes, expected) === 0;
}

/** Compares what a contestant that says that all is well has left with the contents that are right. */
export async function judgeBytes(
  path: string,
  whole: readonly Uint8Array[],
): Promise<{ readonly outcome: Outcome; readonly detail: string }> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  if (whole.some((content) => bytes.equals(content))) return { outcome: 'whole', detail: '' };
  const sizes = whole.map(({ length }) => length);
  const isShort = bytes.length < Math.min(...sizes) || whole.some((content) => beginsWith(content, bytes));
  const detail = `${bytes.length} of ${sizes.join(' or ')} bytes`;
  return { outcome: isShort ? 'TRUNCATED' : 'MIXED', detail };
}

function beginsWith(content: Uint8Array, bytes: Uint8Array): boolean {
  return Buffer.compare(content.subarray(0, bytes.length), bytes) === 0;
}

export function describeExit(exitCode: number | null): string {
  return exitCode === null ? 'did not end' : `exit ${exitCode}`;
}
