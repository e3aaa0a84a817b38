import { link } from 'node:fs/promises';

/**
 * The codes with which a system refuses a second name of a file: its file system has none (USB sticks, network drives,
 * FUSE), the two places are on different ones, the file has as many as it may have, or it may not be given one. Some
 * of them have other causes, too, but then a copy fails with the same code.
 */
const cannotLink: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EINVAL',
  // exFAT on Windows: https://github.com/nodejs/node/issues/65817
  'EISDIR',
  'EMLINK',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
  'EXDEV',
]);

/** Whether an error says that a file can't have a second name there, so that a copy is needed. */
export function isAboutLinks(error: unknown): boolean {
  return cannotLink.has((error as NodeJS.ErrnoException).code);
}

/** Gives a file a second name. `exists` if something has that name, which stays; `impossible` where a copy is needed. */
export async function linkNew(source: string, path: string): Promise<'done' | 'exists' | 'impossible'> {
  try {
    await link(source, path);
    return 'done';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists';
    if (isAboutLinks(error)) return 'impossible';
    throw error;
  }
}
