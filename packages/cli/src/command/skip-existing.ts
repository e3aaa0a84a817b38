import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nameKey, redactUrl } from '@background-fetch/common';
import { nameOfUrl, numberedName } from '../daemon/file-name.ts';
import type { RequestedFetch, RequestedFile } from '../daemon/protocol.ts';
import { UsageError } from './exit-codes.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';

/**
 * With `--skip-existing`, leaves out files that are there under the name that is known before anything is asked for, and
 * says so; null where none is left. What a server calls a file is known too late.
 */
export async function skipExisting(
  requested: RequestedFetch,
  { skipExisting = false }: { readonly skipExisting?: boolean },
  output: Output,
): Promise<RequestedFetch | null> {
  if (!skipExisting) return requested;
  const { directory } = requested;
  if (directory === null) {
    throw new UsageError('--skip-existing is about files in a directory: say in which, with --output DIR');
  }
  const there = await findFiles(requested.files, directory);
  const files: RequestedFile[] = [];
  for (const file of requested.files) {
    const path = there.get(file);
    if (path === undefined) {
      files.push(file);
      continue;
    }
    output.note(`${printable(path)} is there already: skipped`);
    if (output.json) output.event({ event: 'skipped', url: redactUrl(file.url), path });
  }
  return files.length === 0 ? null : { ...requested, files };
}

/**
 * Where the files are that are there. What several URLs end with may be the name of a file of any of them: all are there if
 * there are as many, by their numbers. A name that the user gave is that of one file, without a number.
 */
async function findFiles(
  files: readonly RequestedFile[],
  directory: string,
): Promise<Map<RequestedFile, string>> {
  const alike = new Map<string, RequestedFile[]>();
  for (const file of [...files].sort((a, b) => Number(a.name === null) - Number(b.name === null))) {
    const name = file.name ?? knownName(file.url);
    if (name === null) continue;
    const group = alike.get(nameKey(name));
    if (group) group.push(file);
    else alike.set(nameKey(name), [file]);
  }
  const there = new Map<RequestedFile, string>();
  for (const group of alike.values()) {
    const paths = group.map(({ name, url }, n) => join(directory, name ?? numberedName(nameOfUrl(url), n)));
    const areThere = await Promise.all(paths.map(isFile));
    for (const [n, file] of group.entries()) {
      if (file.name === null ? areThere.every(Boolean) : areThere[n]) there.set(file, paths[n] as string);
    }
  }
  return there;
}

/** Null for a URL that ends in /: a made-up name says nothing about what is there. */
function knownName(url: string): string | null {
  return /[^/]/.test(new URL(url).pathname) ? nameOfUrl(url) : null;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
