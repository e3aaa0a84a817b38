import { parseLocation } from '../location.ts';

/** The upload resource that a `Location` names; null if it names none, or one that may not be asked. */
export function resolveResource(location: string | null, from: URL): URL | null {
  const url = location === null ? null : parseLocation(location, from);
  if (!url) return null;
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null;
}
