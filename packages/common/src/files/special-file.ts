import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { devNull } from 'node:os';

/** What is at a path that is neither a file nor a directory nor a link; null for these. */
export function specialKindOf(stats: Stats): string | null {
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device';
  return null;
}

/**
 * What is at a path, if nothing may ever be put in its place: whoever takes away a device, a pipe or a socket takes it
 * from everybody who uses it, and a directory with all there is in it. Null for files, links to files, and nothing.
 */
export async function irreplaceableAt(path: string): Promise<string | null> {
  const stats = await lookAt(path);
  if (stats === null || stats.isFile()) return null;
  if (stats.isDirectory()) return 'a directory';
  if (!stats.isSymbolicLink()) return specialKindOf(stats) ?? 'no file';
  const target = await lookAt(path, stat).catch(() => null);
  return specialLink(await readlink(path), target);
}

/** As `irreplaceableAt`, at once, for everything but directories. */
export function specialAtSync(path: string): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isSymbolicLink()) return stats ? specialKindOf(stats) : null;
  let target: Stats | undefined;
  try {
    target = statSync(path, { throwIfNoEntry: false });
  } catch {
    // it leads in a circle, or where nobody may look
  }
  return specialLink(readlinkSync(path), target ?? null);
}

function specialLink(leadsTo: string, target: Stats | null): string | null {
  // such as /dev/stdout, whatever this process has open there
  if (leadsTo.startsWith('/proc/')) return "a link to what a process has open, or to a process's own";
  const kind = target && specialKindOf(target);
  return kind ? `a link to ${kind}` : null;
}

/** Whether it is the device that takes everything and keeps nothing, under whatever name. */
export function isNullDevice(stats: Stats): boolean {
  const known = stats.isCharacterDevice() ? statSync(devNull, { throwIfNoEntry: false }) : undefined;
  return known !== undefined && known.rdev === stats.rdev;
}

/** What is said of a path with something that stays there. */
export function irreplaceable(path: string, what: string): string {
  return what === 'a directory'
    ? `${path} is a directory: choose another name`
    : `${path} is ${what}, which no file takes the place of: choose another name, or write with "bgfetch get -o -"`;
}

/** Null where there is nothing. */
export async function lookAt(
  path: string,
  look: (path: string) => Promise<Stats> = lstat,
): Promise<Stats | null> {
  return await look(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
