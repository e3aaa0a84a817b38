import { isUtf8 } from 'node:buffer';

/**
 * The URL that a `Location` names, null if that is none. Bytes beyond ASCII, one character each, are UTF-8; where they
 * are not, they are sent as they are.
 */
export function parseLocation(location: string, base: URL): URL | null {
  const text = asText(location);
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

/** The upload resource that a `Location` names; null if it names none, or one that may not be asked. */
export function resolveResource(location: string | null, from: URL): URL | null {
  const url = location === null ? null : parseLocation(location, from);
  if (!url) return null;
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null;
}

function asText(location: string): string {
  if (!/[\x80-\xff]/.test(location)) return location;
  const bytes = Buffer.from(location, 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
