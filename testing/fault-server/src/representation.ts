import { createHash } from 'node:crypto';
import type { Faults } from './faults.ts';
import type { ResourceState } from './state.ts';

const DAY = 86_400_000;
/** A version without an explicit `lastmod` is a minute younger than the one before it. */
const MINUTE = 60_000;
const SERVER_START = Date.now();

/** One version of a resource, and how it presents itself. */
export interface Representation {
  readonly key: string;
  readonly version: number;
  readonly size: number;
  readonly etag: string | undefined;
  /** In ms since the epoch, whole seconds. */
  readonly lastModified: number | undefined;
  readonly type: string;
}

export function representationOf(state: ResourceState, faults: Faults, version: number): Representation {
  const { size, type } = faults;
  const etag = etagOf(state.key, version, faults.etag);
  return { key: state.key, version, size, etag, lastModified: lastModifiedOf(state, version, faults), type };
}

/** What another content coding of the same version is called: other bytes need another strong tag. */
export function etagOfEncoded(etag: string | undefined, encoding: string): string | undefined {
  return etag?.replace(/"$/, `-${encoding}"`);
}

function etagOf(key: string, version: number, kind: string): string | undefined {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 12);
  if (kind === 'none') return undefined;
  if (kind === 'strong') return `"${name}-v${version}"`;
  if (kind === 'weak') return `W/"${name}-v${version}"`;
  if (kind === 'same') return `"${name}-same"`;
  return kind;
}

function lastModifiedOf(state: ResourceState, version: number, faults: Faults): number | undefined {
  if (faults.lastModified === 'none') return undefined;
  const date =
    faults.lastModified === undefined
      ? SERVER_START - DAY + version * MINUTE
      : state.firstSeen(version) - faults.lastModified * 1000;
  return Math.floor(date / 1000) * 1000;
}
