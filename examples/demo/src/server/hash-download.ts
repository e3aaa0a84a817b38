import { createHash } from 'node:crypto';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Download } from '../content/downloads.ts';

const pieceLength = 1024 * 1024;

/** SHA-256 of a download's bytes, in hexadecimal; other requests get their turn between two pieces. */
export async function hashDownload(download: Download): Promise<string> {
  const hash = createHash('sha256');
  for (let position = 0; position < download.bytes; position += pieceLength) {
    hash.update(await download.read(position, Math.min(download.bytes, position + pieceLength)));
    await turnOfTheLoop();
  }
  return hash.digest('hex');
}
