/** What errors of the system mean to whoever reads a message; the code stays, to be looked up. */
const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EDQUOT: 'your share of the disk is used up',
  EEXIST: 'it is there already',
  EFBIG: 'the file is larger than the file system, or a limit of this user, allows',
  EIO: 'the disk failed',
  EISDIR: 'it is a directory',
  ELOOP: 'there are symbolic links that lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long for the file system',
  ENFILE: 'too many files are open in the system',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no directory',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system can only be read',
  ETXTBSY: 'it is a program that runs',
};

/** An error of the system without the calls and paths within our store that it names; null for any other error. */
function describeSystemError(error: unknown): string | null {
  const { code, syscall, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string') return null;
  if (syscall === 'uv_cwd') return 'the working directory is not there any more: go to another one';
  const said = Object.hasOwn(words, code) ? words[code] : /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1];
  return said === undefined ? null : `${said} (${code})`;
}

/** What something that was thrown says of itself: most are errors, and nothing makes sure of it. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something that can not be shown was thrown';
  }
}

/** Why something failed, in words of whoever reads the message. */
export function reasonOf(error: unknown): string {
  return describeSystemError(error) ?? messageOf(error);
}
