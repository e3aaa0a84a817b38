import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  identityOf,
  irreplaceable,
  isNullDevice,
  openRegularFile,
  reasonOf,
  redactUrl,
  specialAtSync,
} from '@background-fetch/common';
import { refusal } from '@background-fetch/node';
import { nameOfUrl } from './file-name.ts';
import { DaemonError, type RequestedBody, type RequestedFetch } from './protocol.ts';

/** characters of an id that is made of a name */
const longestId = 200;

/** Equal for what would bring the same bytes to the same places. */
export function fingerprintOf(fetch: RequestedFetch): string {
  const { method, files, directory, overwrite, settings } = fetch;
  // what is decoded is another file than what was sent
  const decoded = settings.compressed ? ['decoded'] : [];
  return createHash('sha256')
    .update(JSON.stringify([method, fetch.body?.version ?? null, files, directory, overwrite, ...decoded]))
    .digest('hex');
}

/** What an id is made of when none was given: the name of the first file, of characters that a shell leaves alone. */
export function idOfFetch(fetch: RequestedFetch): string {
  const name = fetch.files[0]?.name ?? nameOfUrl(fetch.files[0]?.url ?? '');
  return (
    name
      .slice(0, longestId)
      .replace(/[^\p{L}\p{N}._+-]+/gu, '-')
      .replace(/^[-.]+|-+$/g, '') || 'download'
  );
}

/** characters; each list of fetches holds them all */
const longestText = 4096;

export function requireShortTexts({ id, title }: RequestedFetch): void {
  for (const [name, text] of Object.entries({ id, title })) {
    if (text === null || text.length <= longestText) continue;
    throw new DaemonError(
      'usage',
      `The ${name} has ${text.length} characters, and may have ${longestText}: give a shorter --${name}`,
    );
  }
}

/** Names that the user gave are refused before anything is fetched, if they are taken. */
export function requireFreeNames({ directory, files, overwrite }: RequestedFetch): void {
  if (directory === null) return;
  for (const { name } of files) {
    const path = join(directory, name ?? '');
    const there = name === null ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (!there || isNullDevice(there)) continue;
    const special = specialAtSync(path);
    if (special) throw new DaemonError('usage', irreplaceable(path, special));
    if (overwrite) continue;
    throw new DaemonError('usage', `${path} exists already: choose another name, or use --overwrite`);
  }
}

/** bytes that are read of a body at a time */
const readSize = 256 * 1024;

/**
 * The bytes of the file that the client saw, which stays as it is while it is read.
 * @throws TypeError where there is another one, or it was changed meanwhile: what was read is no version of it
 */
async function* readUnchanged({ path, identity }: RequestedBody): AsyncGenerator<Buffer, void> {
  const file = await openRegularFile(path);
  const requireSame = async (): Promise<void> => {
    if (identityOf(await file.stat({ bigint: true })) !== identity) throw changed(path);
  };
  try {
    await requireSame();
    const { size } = await file.stat();
    let read = 0;
    for await (const chunk of chunksOf(file)) {
      read += chunk.byteLength;
      // one that grows all the time has no end
      if (read > size) throw changed(path);
      yield chunk;
    }
    await requireSame();
    if (read !== size) throw changed(path);
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer, void> {
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(readSize) });
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function changed(path: string): TypeError {
  return new TypeError(`${path} was changed while it was read, so that nothing of it is sent: try again`);
}

/** @throws DaemonError that names the URL and the reason */
export function createRequests({ files, method, body }: RequestedFetch): Request[] {
  return files.map(({ url, integrity, headers }) => {
    try {
      const target = new URL(url);
      // its protocol is one of those that are allowed
      if (refusal(target) !== null) {
        throw new TypeError(
          `port ${target.port} is one of other services (mail, X11, …), to which no browser connects either`,
        );
      }
      const init: RequestInit & { duplex?: 'half' } = {
        method,
        integrity,
        headers: headers.map(([...pair]) => pair),
      };
      if (body !== null) {
        init.body = Readable.toWeb(
          Readable.from(readUnchanged(body), { objectMode: false }),
        ) as ReadableStream;
        init.duplex = 'half';
      }
      return new Request(url, init);
    } catch (cause) {
      const reason = (cause as { cause?: unknown }).cause ?? cause;
      throw new DaemonError('usage', `${redactUrl(url)} can't be fetched: ${reasonOf(reason)}`, { cause });
    }
  });
}
