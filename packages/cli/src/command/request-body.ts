import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { identityOf, reasonOf } from '@background-fetch/common';
import { daemonPaths } from '../daemon/private-directory.ts';
import type { RequestedBody } from '../daemon/protocol.ts';
import { UsageError } from './exit-codes.ts';

/** A body for the daemon, and the end of what was made for handing it over. */
export interface OpenedBody {
  readonly body: RequestedBody | null;
  /** To be called when the daemon has it, or won't get it. */
  close(): Promise<void>;
}

const none: OpenedBody = { body: null, close: async () => {} };

/**
 * Opens what `--body` names, in this process: descriptors, the standard input, the working directory and what this user's
 * shell has opened belong to it. A regular file is handed over by its path; everything else (a pipe, a device, a file
 * that does not tell its size or has no name any more) is read here, into a file of the store.
 * @param given a path; `-` for the standard input
 */
export async function openBody(given: string | undefined, store: string): Promise<OpenedBody> {
  if (given === undefined) return none;
  try {
    if (given === '-') return await readIn(process.stdin, store);
    const file = await open(given);
    try {
      const named = await namedFile(file, given);
      if (named) return { body: named, close: async () => {} };
      return await readIn(file.createReadStream({ autoClose: false }), store);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const name = given === '-' ? 'from the standard input' : given;
    throw new UsageError(`The body ${name} can't be read: ${reasonOf(cause)}`, { cause });
  }
}

/** null for what is no regular file that another process finds under a name. */
async function namedFile(file: FileHandle, given: string): Promise<RequestedBody | null> {
  const opened = await file.stat({ bigint: true });
  if (opened.isDirectory()) throw new Error('it is a directory');
  if (!opened.isFile() || opened.size === 0n) return null;
  const path = await realpath(given).catch(() => null);
  const found = path === null ? null : await stat(path, { bigint: true }).catch(() => null);
  const identity = identityOf(opened);
  if (path === null || !found || identityOf(found) !== identity) return null;
  return { path, identity, version: `${path} ${opened.size} ${opened.mtimeNs}` };
}

async function readIn(bytes: AsyncIterable<Uint8Array>, store: string): Promise<OpenedBody> {
  const path = join(daemonPaths(store).bodies, randomUUID());
  const remove = (): void => rmSync(path, { force: true });
  process.once('exit', remove);
  const hash = createHash('sha256');
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(
    bytes,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    file,
  );
  const identity = identityOf(await stat(path, { bigint: true }));
  return {
    body: { path, identity, version: hash.digest('hex') },
    async close() {
      process.off('exit', remove);
      await rm(path, { force: true });
    },
  };
}
