import { createHash } from 'node:crypto';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fillBody } from '@background-fetch/testing-fault-server';
import type { Contents } from './judge.ts';

const mebibyte = 2 ** 20;
/** s; between the dates of two versions, the first of which is as many before now */
const age = 100_000;

/** Files that come in one background fetch. */
export type FileSet = 'large' | 'text' | 'archive' | 'small';
export const fileSets: readonly FileSet[] = ['large', 'text', 'archive', 'small'];

const names: Readonly<Record<FileSet, readonly string[]>> = {
  large: ['large.bin'],
  text: ['text.txt'],
  archive: ['archive.tar.gz'],
  small: Array.from({ length: 40 }, (_, index) => `small-${index}.json`),
};

interface StoredFile {
  /** What may be seen of each version since the mark, by SHA-256. */
  readonly contents: Map<string, { readonly version: number; readonly name: string }>;
  version: number;
  /** bytes that a server sends at least of the version that is on disk */
  least: number;
}

/** The files that a site serves, in versions of which each is whole, and dated differently. */
export class Files {
  readonly #directory: string;
  readonly #files = new Map<string, StoredFile>();
  readonly #precompressed: boolean;

  /** @param precompressed whether `text.txt.gz` lies beside `text.txt` */
  constructor(directory: string, precompressed = false) {
    this.#directory = directory;
    this.#precompressed = precompressed;
  }

  /** Writes version 1 of all. */
  async create(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    for (const set of fileSets) await this.replace(set);
  }

  /** The paths of a set, below the directory. */
  namesOf(set: FileSet): readonly string[] {
    return names[set];
  }

  /** bytes that a server sends at least of the set, however it codes it */
  leastOf(set: FileSet): number {
    return names[set].reduce((sum, name) => sum + (this.#files.get(name)?.least ?? 0), 0);
  }

  /** Forgets the versions that are no longer on disk. */
  mark(set: FileSet): void {
    for (const name of names[set]) {
      const file = this.#of(name);
      for (const [sha256, { version }] of file.contents) {
        if (version !== file.version) file.contents.delete(sha256);
      }
    }
  }

  /** What a file was since the mark. */
  contentsOf(name: string): Contents {
    return new Map([...this.#of(name).contents].map(([sha256, content]) => [sha256, content.name]));
  }

  /** Puts the next version in the place of each file of a set: nobody sees a part of one. */
  async replace(set: FileSet): Promise<void> {
    for (const name of names[set]) {
      const file = this.#of(name);
      const version = ++file.version;
      const plain = contentOf(set, name, version);
      const bytes = set === 'archive' ? gzipSync(plain) : plain;
      const packed = set === 'text' || set === 'small' ? gzipSync(bytes) : bytes;
      file.contents.set(digest(bytes), { version, name: `version ${version}` });
      if (set === 'archive')
        file.contents.set(digest(plain), { version, name: `version ${version}, decoded` });
      file.least = Math.min(packed.length, bytes.length);
      if (set === 'text' && this.#precompressed) await this.#write(`${name}.gz`, packed, version);
      await this.#write(name, bytes, version);
    }
  }

  async #write(name: string, bytes: Uint8Array, version: number): Promise<void> {
    const path = join(this.#directory, name);
    const made = `${path}.new`;
    await writeFile(made, bytes);
    // two versions of one second and one length have the same ETag at these servers
    const date = Date.now() / 1000 - age + version * 60;
    await utimes(made, date, date);
    await rename(made, path);
  }

  #of(name: string): StoredFile {
    let file = this.#files.get(name);
    if (!file) {
      file = { contents: new Map(), version: 0, least: 0 };
      this.#files.set(name, file);
    }
    return file;
  }
}

function contentOf(set: FileSet, name: string, version: number): Buffer {
  switch (set) {
    case 'large': {
      const bytes = Buffer.alloc(24 * mebibyte);
      fillBody(bytes, name, version, 0);
      return bytes;
    }
    case 'text':
      return Buffer.from(linesOf(name, version, 60_000));
    case 'archive':
      return tar(`content of ${name}`, Buffer.from(linesOf(name, version, 60_000)));
    case 'small':
      return Buffer.from(linesOf(name, version, 5 + version + 7 * Number(/\d+/.exec(name)?.[0])));
  }
}

/** Text of which some repeats and some does not. */
function linesOf(name: string, version: number, count: number): string {
  const random = Buffer.alloc(count * 8);
  fillBody(random, name, version, 0);
  const lines = Array.from({ length: count }, (_, index) => {
    const value = random.subarray(index * 8, index * 8 + 8).toString('hex');
    return `{"line": ${index}, "of": "${name}", "version": ${version}, "value": "${value}"}\n`;
  });
  return lines.join('');
}

/** An archive with one file. */
function tar(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (number: number, digits: number): string => `${number.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7), 100);
  header.write(octal(bytes.length, 11) + octal(0, 11) + ' '.repeat(8), 124);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  const padding = Buffer.alloc(1024 + ((512 - (bytes.length % 512)) % 512));
  return Buffer.concat([header, bytes, padding]);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
