import { isFileName, isLongName, longestName, messageOf, nameKey } from '@background-fetch/common';
import { UsageError } from './exit-codes.ts';
import { parseUrl } from './parse-url.ts';
import { parseHeader, parseIntegrity } from './parse-values.ts';

/** One URL of a list, with what is said of it alone. */
export interface ListedUrl {
  readonly url: string;
  readonly out?: string;
  readonly integrity?: string;
  readonly headers: readonly (readonly [string, string])[];
}

type Fail = (reason: string) => never;

/** The text of a list: UTF-8, or UTF-16 where its first two bytes say so. */
export function decodeList(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * Reads a list of URLs: one a line, each followed by indented lines `out=NAME`, `header=Name: value` or
 * `integrity=sha256-…` that are about it. Empty lines, lines that begin with # and what follows a URL and ` #` are
 * left out.
 * @param name how messages call the list
 * @throws UsageError with the number of the line
 */
export function parseInputFile(text: string, name: string): ListedUrl[] {
  const urls: ListedUrl[] = [];
  const linesOfNames = new Map<string, number>();
  text.split(/\r\n|\n|\r/).forEach((marked, index) => {
    // lists that were put together have such a mark within
    const line = marked.replace(/^\ufeff/, '');
    if (/^\s*(#|$)/.test(line)) return;
    const fail: Fail = (reason) => {
      throw new UsageError(`Line ${index + 1} of ${name}: ${reason}`);
    };
    if (/\ufffd|[^\P{Cc}\t]/u.test(line)) {
      fail('this is no text in UTF-8, nor in UTF-16 that begins with a byte order mark.');
    }
    if (!/^\s/.test(line) || /^\s+https?:\/\//i.test(line)) {
      urls.push({ url: urlOfLine(line, fail), headers: [] });
      return;
    }
    const last = urls.at(-1) ?? fail('an option stands before the first URL.');
    const next = withOption(last, line.trim(), fail);
    urls[urls.length - 1] = next;
    if (next.out === last.out || next.out === undefined) return;
    const key = nameKey(next.out);
    const before = linesOfNames.get(key);
    if (before !== undefined) {
      fail(`out=${next.out} is a name that line ${before} gives, too, at least where case does not count.`);
    }
    linesOfNames.set(key, index + 1);
  });
  return urls;
}

function urlOfLine(line: string, fail: Fail): string {
  const url = line.replace(/\s#.*$/, '').trim();
  if (/\t|\shttps?:\/\//i.test(url)) {
    fail('two URLs on one line. Mirrors are not supported: give one URL a line.');
  }
  explained(() => parseUrl(url), fail);
  return url;
}

function withOption(last: ListedUrl, option: string, fail: Fail): ListedUrl {
  const [, name = '', value = ''] =
    /^([a-z]+)=(.*)$/.exec(option) ?? fail('an option has the form name=value.');
  if ((name === 'out' || name === 'integrity') && last[name] !== undefined) {
    fail(`${name}= is given twice for one URL: a file has one. Give the URL again for another one.`);
  }
  switch (name) {
    case 'out':
      if (!isFileName(value)) fail(`out=${value} is no name of a file: give a name without a path`);
      if (isLongName(value)) fail(`out= names a file in more than ${longestName} bytes: give a shorter name`);
      return { ...last, out: value };
    case 'integrity':
      return { ...last, integrity: explained(() => parseIntegrity(value), fail) };
    case 'header':
      return { ...last, headers: explained(() => parseHeader(value, last.headers), fail) };
    default:
      return fail(`there is no option "${name}" here; known are out, header and integrity.`);
  }
}

function explained<T>(parse: () => T, fail: Fail): T {
  try {
    return parse();
  } catch (error) {
    return fail(messageOf(error));
  }
}
