import { UsageError } from './exit-codes.ts';
import { parseHeader, parseIntegrity } from './parse-values.ts';

/** One URL of a list, with what is said of it alone. */
export interface ListedUrl {
  readonly url: string;
  readonly out?: string;
  readonly integrity?: string;
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * Reads a list of URLs: one a line, each followed by indented lines `out=NAME`, `header=Name: value` or
 * `integrity=sha256-…` that are about it. Empty lines and lines that begin with # are left out.
 * @param name how messages call the list
 * @throws UsageError with the number of the line
 */
export function parseInputFile(text: string, name: string): ListedUrl[] {
  const urls: ListedUrl[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    const fail = (reason: string): never => {
      throw new UsageError(`Line ${index + 1} of ${name}: ${reason}`);
    };
    if (!/^\s/.test(line)) {
      if (/\t/.test(line)) fail('two URLs on one line. Mirrors are not supported: give one URL a line.');
      urls.push({ url: line.trim(), headers: [] });
      return;
    }
    const last = urls.at(-1) ?? fail('an option stands before the first URL.');
    urls[urls.length - 1] = withOption(last, line.trim(), fail);
  });
  return urls;
}

function withOption(last: ListedUrl, option: string, fail: (reason: string) => never): ListedUrl {
  const [, name = '', value = ''] =
    /^([a-z]+)=(.*)$/.exec(option) ?? fail('an option has the form name=value.');
  try {
    if (name === 'out' && value !== '') return { ...last, out: value };
    if (name === 'integrity') return { ...last, integrity: parseIntegrity(value) };
    if (name === 'header') return { ...last, headers: parseHeader(value, last.headers) };
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  return fail(`there is no option "${name}" here; known are out, header and integrity.`);
}
