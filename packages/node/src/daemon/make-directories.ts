import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory with those above it that are missing. They are made one by one: Node's own recursive form never
 * ends where a system lets nobody make one and says that it is missing, as that of processes does.
 */
export async function makeDirectories(path: string, mode = 0o777): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const directory of missing.reverse()) {
    await mkdir(directory, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      const isDirectory = error.code === 'EEXIST' && (await stat(directory).catch(() => null))?.isDirectory();
      if (!isDirectory) throw error;
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR' });
}
