import { createHash } from 'node:crypto';
import { fillBody } from './body.ts';

const pieceSize = 1024 * 1024;

/** The SHA-256 (hexadecimal) of the whole body of one version of a resource of `size` bytes. */
export async function expectedSha256(resource: {
  key: string;
  version: number;
  size: number;
  content?: 'random' | 'repetitive';
}): Promise<string> {
  const sha256 = createHash('sha256');
  const piece = new Uint8Array(Math.min(pieceSize, resource.size));
  for (let offset = 0; offset < resource.size; offset += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, resource.size - offset));
    fillBody(part, resource.key, resource.version, offset, resource.content);
    sha256.update(part);
    await new Promise(setImmediate);
  }
  return sha256.digest('hex');
}
