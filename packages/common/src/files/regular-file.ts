import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Equal as long as a file is the same one, and nobody has written to it. */
export function identityOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

/**
 * Opens a regular file, and nothing else: no link, and no pipe or device, which could keep whoever opens it for ever.
 * @throws Error for anything else, and the system's errors
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return file;
    throw new Error(`${path} is no regular file`);
  } catch (error) {
    await file.close();
    throw error;
  }
}
