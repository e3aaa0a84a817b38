import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { fillBody } from './body.ts';

const STEP = 4 * 2 ** 20;

/** The SHA-256, in lower-case hexadecimal, of a whole resource as a well-behaved server would send it. */
export async function expectedSha256(resource: {
  key: string;
  version: number;
  size: number;
}): Promise<string> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(STEP, resource.size));
  for (let offset = 0; offset < resource.size; offset += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, resource.size - offset));
    fillBody(part, resource.key, resource.version, offset);
    hash.update(part);
    // A server in the same process goes on serving while a large body is hashed.
    await setImmediate();
  }
  return hash.digest('hex');
}
