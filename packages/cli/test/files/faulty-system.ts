import { sep } from 'node:path';
import { vi } from 'vitest';

type FileSystem = typeof import('node:fs/promises');

/** One call of the file system, of which `path` is what would be made, changed or looked at. */
export interface Call {
  /** how many calls there were before in the directory that is watched */
  readonly number: number;
  readonly name: string;
  readonly path: string;
}

const watchedCalls = [
  'chmod',
  'copyFile',
  'link',
  'lstat',
  'open',
  'readdir',
  'readlink',
  'rename',
  'rm',
  'stat',
  'unlink',
  'utimes',
  'writeFile',
] as const;

/** A file system with faults, which a test gives the code under test by `vi.mock('node:fs/promises', …)`. */
export class FaultySystem {
  /** What `link()` fails with; null where there are hard links. */
  linkFailure: string | null = null;
  /** The directory in which calls are watched. */
  watched = '';
  /** Runs before each call that is watched, which fails with what this throws. */
  before: (call: Call) => Promise<void> | void = () => {};
  #calls = 0;

  /** Watches a directory anew, without any fault. */
  watch(directory: string): void {
    this.linkFailure = null;
    this.watched = directory;
    this.before = () => {};
    this.#calls = 0;
  }

  wrap(real: FileSystem): FileSystem {
    const wrapped = watchedCalls.map((name) => {
      const call = real[name] as (...args: unknown[]) => Promise<unknown>;
      const makesSecond = name === 'link' || name === 'rename' || name === 'copyFile';
      const faulty = async (...args: unknown[]): Promise<unknown> => {
        const path = String(args[makesSecond ? 1 : 0]);
        if (path === this.watched || path.startsWith(this.watched + sep)) {
          await this.before({ number: this.#calls++, name, path });
        }
        if (name === 'link' && this.linkFailure !== null) throw systemError(this.linkFailure, name);
        return await call(...args);
      };
      return [name, faulty] as const;
    });
    return Object.assign({}, real, Object.fromEntries(wrapped));
  }
}

export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: arranged for a test, ${syscall}`), { code, syscall });
}

/** The file system as it is: other programs use it, and tests look at what came of it. */
export async function realFileSystem(): Promise<FileSystem> {
  return await vi.importActual<FileSystem>('node:fs/promises');
}
