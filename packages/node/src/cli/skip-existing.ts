import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nameOfUrl } from '../daemon/file-name.ts';
import type { RequestedFetch, RequestedFile } from '../daemon/protocol.ts';
import { redactUrl } from '../redact.ts';
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
  const files: RequestedFile[] = [];
  for (const file of requested.files) {
    const name = file.name ?? knownName(file.url);
    const path = name === null ? null : join(directory, name);
    if (path === null || !(await isFile(path))) {
      files.push(file);
      continue;
    }
    output.note(`${printable(path)} is there already: skipped`);
    if (output.json) output.event({ event: 'skipped', url: redactUrl(file.url), path });
  }
  return files.length === 0 ? null : { ...requested, files };
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
