import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const onWindows = process.platform === 'win32';

/** Makes the bytes and the rights of a file durable. It follows no link. */
export async function syncFile(path: string): Promise<void> {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW = 0 } = constants;
  // Windows flushes only what may be written to; elsewhere even a file that may not be written to can be synced
  const file = await open(path, (onWindows ? O_RDWR : O_RDONLY) | O_NOFOLLOW);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. Windows opens no folder for that, and keeps names by its journal. */
export async function syncFolder(path: string): Promise<void> {
  if (onWindows) return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
