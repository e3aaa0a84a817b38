import { connect, type Socket } from 'node:net';
import { basename, dirname, relative } from 'node:path';
import { DaemonError } from './protocol.ts';

/** bytes that the path of a Unix socket may have everywhere: macOS has room for the fewest */
const longestPath = 103;

/** The path of a socket as a process listens at it that stays in its directory, or above. */
export function pathToListenAt(path: string): string {
  return isTooLong(path) ? relative(process.cwd(), path) : path;
}

/**
 * Connects to the socket of a store, which has its place there however long the path is: what else could decide on the place
 * (the environment, for one) differs from process to process.
 */
export function connectTo(path: string): Socket {
  if (!isTooLong(path)) return connect(path);
  const before = workingDirectory();
  process.chdir(dirname(path));
  try {
    // Node connects before it returns
    return connect(basename(path));
  } finally {
    process.chdir(before);
  }
}

function isTooLong(path: string): boolean {
  return process.platform !== 'win32' && Buffer.byteLength(path) > longestPath;
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new DaemonError('usage', 'The working directory is gone: change into one that there is', { cause });
  }
}
