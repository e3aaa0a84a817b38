import { readFileSync, type Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, sep } from 'node:path';

/** as many as systems follow themselves */
const mostLinks = 40;

/**
 * Why something else than what the user means may come to be at an absolute path, or its place be taken: a directory
 * above it, or a link on the way, is another user's, or others can write there. Null where nobody could do that: then
 * what is looked at now is what is opened later. The directory itself is not looked at, and what is missing can't
 * be another's.
 */
export async function distrustOf(path: string): Promise<string | null> {
  if (process.platform === 'win32') return null;
  const { root } = parse(path);
  let at = root;
  let left = partsOf(path);
  for (let links = 0; left.length > 0; ) {
    const why = whyOthersRule(at, await lstat(at));
    if (why !== null) return why;
    const [name = '', ...rest] = left;
    const next = name === '..' ? dirname(at) : join(at, name);
    const stats = await lstat(next).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (stats === null) return null;
    left = rest;
    if (!stats.isSymbolicLink()) {
      at = next;
      continue;
    }
    if (!isTrusted(stats.uid)) return `the link ${next} belongs to another user`;
    if (++links > mostLinks) return `${next} leads from link to link`;
    const target = await readlink(next);
    if (isAbsolute(target)) at = root;
    left = [...partsOf(target), ...rest];
  }
  return null;
}

function partsOf(path: string): string[] {
  return path.split(sep).filter((part) => part !== '' && part !== '.');
}

/** In a directory with the sticky bit, others can neither rename nor remove what is not theirs. */
function whyOthersRule(path: string, stats: Stats): string | null {
  if (!isTrusted(stats.uid)) return `${path} belongs to another user`;
  const isSticky = (stats.mode & 0o1000) !== 0;
  return canOthersWrite(stats) && !isSticky ? `others can write into ${path}` : null;
}

/** Where each user has a group of his own, it has his number, and often may write into all that is his. */
export function canOthersWrite({ mode, gid }: Stats): boolean {
  if (process.platform === 'win32') return false;
  const ownGroup = gid === 0 || gid === process.getuid?.();
  return (mode & (ownGroup ? 0o002 : 0o022)) !== 0;
}

function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.getuid?.() || uid === unknownUid();
}

let unknown: number | undefined;

/** In a user namespace, what belongs to the system outside of it has the number of nobody there is; otherwise -1. */
function unknownUid(): number {
  if (unknown === undefined) {
    try {
      const nobody = Number(readFileSync('/proc/sys/kernel/overflowuid', 'utf8'));
      const ranges = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
      const isSomebody = ranges.some((range) => {
        const [first = 0, , count = 0] = range.trim().split(/\s+/).map(Number);
        return nobody >= first && nobody < first + count;
      });
      unknown = isSomebody ? -1 : nobody;
    } catch {
      // no Linux: there are no such namespaces
      unknown = -1;
    }
  }
  return unknown;
}
