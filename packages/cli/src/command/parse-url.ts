import { redactUrl } from '@background-fetch/common';
import { UsageError } from './exit-codes.ts';
import { printable } from './printable.ts';

/** A URL without what opens anything, and the header fields that say that instead. */
export interface ParsedUrl {
  readonly plain: string;
  readonly authorization: [string, string][];
}

/** characters of what is no URL that a message repeats */
const longestShown = 60;

/**
 * Reads a URL as people write it: one without a scheme is for https, on this machine and at an IP address for http.
 * Credentials become what they are sent as: the URL is shown, stored and redirected without them.
 * @throws UsageError
 */
export function parseUrl(given: string): ParsedUrl {
  const text = withScheme(given);
  if (text === null || !URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(
      `${show(given)} is no http or https URL: write it in full, such as https://example.com/file`,
    );
  }
  const url = new URL(text);
  if (url.username === '' && url.password === '') return { plain: url.href, authorization: [] };
  const pair = percentDecode(`${url.username}:${url.password}`);
  url.username = '';
  url.password = '';
  return {
    plain: url.href,
    authorization: [['Authorization', `Basic ${pair.toString('base64')}`]],
  };
}

/** Null for what neither has a scheme nor begins with a host: a word may be a file that was meant for an option. */
function withScheme(given: string): string | null {
  if (/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(given)) return given;
  const authority = /^(\[[0-9a-f:.]+\]|[^/?#@:\s[\]\\]+)(?::\d{1,5})?(?=[/?#]|$)/i.exec(given);
  const host = authority?.[1];
  if (host === undefined) return null;
  if (/^(localhost|.+\.localhost|(\d{1,3}\.){3}\d{1,3}|\[.*\])$/i.test(host)) return `http://${given}`;
  // the last part of a host's name is a word; that of a file's often is not
  return /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.(\p{L}{2,}|xn--[a-z0-9-]+)$/iu.test(host)
    ? `https://${given}`
    : null;
}

/** What was given, without a password, and no longer than a message is read. */
function show(given: string): string {
  const redacted = redactUrl(
    /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : given.replace(/^[^/?#]*@/, '***@'),
  );
  const characters = [...printable(redacted)];
  return characters.length > longestShown
    ? `${characters.slice(0, longestShown).join('')}…`
    : characters.join('');
}

/** The bytes of what a URL gives, which is ASCII: they need not be UTF-8, and a `%` may stand for itself. */
function percentDecode(text: string): Buffer {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}
