import { MalformedResponseError } from './malformed-response.ts';

/** The end of the body after a header section: after so many bytes, after its last chunk, or with its connection. */
export type Framing = number | 'chunked' | 'close';

/** A header section as undici's parser wants it. */
export interface TidySection {
  readonly status: number;
  /** The section that takes its place, null where it is as it should be. */
  readonly text: string | null;
  readonly framing: Framing;
  /** Whether somebody else might have read it in another way: nothing more is to be read of its connection. */
  readonly isDoubtful: boolean;
}

interface Field {
  readonly name: string;
  value: string;
  /** Whether there is one way to read it. */
  isPlain: boolean;
}

const statusLine = /^HTTP\/(1\.[01])[ \t]+(\d{3})(?:[ \t]+(.*))?$/;
const plainStatusLine = /^HTTP\/1\.[01] \d{3}(?: |$)/;
const token = /^[!#$%&'*+.^_`|~\w-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const controls = /[\x01-\x08\x0a-\x1f\x7f]/g;
const delimiting = new Set(['content-length', 'transfer-encoding']);

/** bytes of a section that is looked at as a whole first */
const mostCleanBytes = 8192;
const cleanSection =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  /^HTTP\/1\.1 (\d{3})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?\r\n(?:[!#$%&'*+.^_`|~\w-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*\r\n$/;
const delimitingFields = /\n(?:content-length|transfer-encoding):[^\r]*/gi;
const cleanDelimiter = /^\n(?:content-length: ?(0|[1-9]\d{0,14})|transfer-encoding: ?chunked)$/i;

/**
 * Reads a section that has nothing to put in order, as most have not, for a fraction of the time of `tidySection`;
 * null for any other.
 */
function readClean(section: string, method: string): TidySection | null {
  if (method === 'HEAD' || section.length > mostCleanBytes) return null;
  const status = Number(cleanSection.exec(section)?.[1]);
  if (!(status >= 200) || status === 204 || status === 304) return null;
  const [field = '', ...others] = section.match(delimitingFields) ?? [];
  const delimiter = others.length === 0 ? cleanDelimiter.exec(field) : null;
  if (!delimiter) return null;
  const framing = delimiter[1] === undefined ? 'chunked' : Number(delimiter[1]);
  return { status, text: null, framing, isDoubtful: false };
}

/**
 * Reads a header section, from its status line to its empty line, one character for each byte, in the way that curl
 * does where that leaves no doubt about the end of the body.
 * @param method of the request that it answers
 * @throws MalformedResponseError
 */
export function tidySection(section: string, method: string): TidySection {
  return readClean(section, method) ?? readAny(section, method);
}

function readAny(section: string, method: string): TidySection {
  if (section.includes('\0')) throw new MalformedResponseError('has a NUL in its header section');
  const lines = section.split('\n');
  const isBare = lines.some((line, index) => index < lines.length - 1 && !line.endsWith('\r'));
  const [first = '', ...rest] = lines
    .slice(0, -2)
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const [, version, code, reason = ''] = statusLine.exec(first) ?? [];
  const status = Number(code);
  if (!(status >= 100))
    throw new MalformedResponseError('begins with no status line of HTTP/1.0 or HTTP/1.1');
  if (status === 101) throw new MalformedResponseError('switches protocols, which nobody asked for');
  const fields = readFields(rest);
  const kept = fields.filter(({ name }) => token.test(name));
  const isOdd =
    kept.length < fields.length || kept.some(({ isPlain }) => !isPlain) || reason.search(controls) >= 0;
  const codings = listOf(kept, 'transfer-encoding').filter((coding) => coding.toLowerCase() !== 'identity');
  const length = lengthOf(kept);
  const isCoded = codings.length > 0;
  if (isCoded && (codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked')) {
    throw new MalformedResponseError(`has a transfer coding that nobody asked for: ${codings.join(', ')}`);
  }
  const hasBody = method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
  const isDoubtful =
    isBare ||
    isOdd ||
    // https://www.rfc-editor.org/rfc/rfc9112#section-6.3 and, for HTTP/1.0, #section-6.1
    (isCoded && (length !== null || version === '1.0')) ||
    // fields that describe a body that can't be there
    (!hasBody && method !== 'HEAD' && status !== 304 && (isCoded || (length ?? 0) > 0));
  const framing = hasBody ? (isCoded ? 'chunked' : (length ?? 'close')) : 0;
  const keepsLength = length !== null && !isCoded && (hasBody || method === 'HEAD');
  const keepsCoding = isCoded && hasBody;
  const lengths = kept.filter(({ name }) => isNamed(name, 'content-length'));
  const hasItsLength = keepsLength
    ? lengths.length === 1 && lengths[0]?.value === `${length}`
    : lengths.length === 0;
  const hasItsCoding = keepsCoding || !kept.some(({ name }) => isNamed(name, 'transfer-encoding'));
  const isClean = !isBare && !isOdd && hasItsLength && hasItsCoding && plainStatusLine.test(first);
  if (isClean) return { status, text: null, framing, isDoubtful };
  const others = kept.filter(
    ({ name }) => !isNamed(name, 'content-length') && (keepsCoding || !isNamed(name, 'transfer-encoding')),
  );
  const text = [
    `HTTP/${version} ${code} ${reason.replace(controls, ' ')}`,
    ...others.map(({ name, value }) => `${name}: ${value}`),
    ...(keepsLength ? [`Content-Length: ${length}`] : []),
    '\r\n',
  ].join('\r\n');
  return { status, text, framing, isDoubtful };
}

function readFields(lines: readonly string[]): Field[] {
  const fields: Field[] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (!last) throw new MalformedResponseError('has a blank before its first field');
      // https://www.rfc-editor.org/rfc/rfc9112#section-5.2
      last.value = `${last.value} ${tidyValue(line)}`;
      last.isPlain = false;
    } else {
      const colon = line.indexOf(':');
      if (colon < 1) throw new MalformedResponseError('has a line in its header section that is no field');
      const name = trimBlanks(line.slice(0, colon));
      const value = tidyValue(line.slice(colon + 1));
      const isPlain = name.length === colon && line.search(controls) < 0;
      fields.push({ name, value, isPlain });
    }
  }
  const unclear = fields.find(({ name, isPlain }) => (!isPlain || !token.test(name)) && mayDelimit(name));
  if (unclear)
    throw new MalformedResponseError(`leaves open whether it has a ${JSON.stringify(unclear.name)}`);
  return fields;
}

/** @throws MalformedResponseError for a CR, which ends a line for some readers and not for others */
function tidyValue(raw: string): string {
  if (raw.includes('\r')) throw new MalformedResponseError('has a CR within a line of its header section');
  return trimBlanks(raw.replace(controls, ' '));
}

/** Whether somebody, somewhere, may read this as the name of a field that tells where the body ends. */
function mayDelimit(name: string): boolean {
  return delimiting.has(name.toLowerCase().replace(/[^a-z-]/g, ''));
}

/**
 * Trims blanks without a regular expression, which would look at those within a value again for each of its
 * characters.
 */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start++;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(start, end);
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && name.toLowerCase() === lowerCase;
}

/** The members of a list, over all fields of its name. */
function listOf(fields: readonly Field[], name: string): string[] {
  const named = fields.filter((field) => isNamed(field.name, name));
  return named.flatMap(({ value }) => value.split(',').map(trimBlanks));
}

/** The one length that a section tells, however often; null if it tells none. */
function lengthOf(fields: readonly Field[]): number | null {
  const texts = listOf(fields, 'content-length');
  const lengths = new Set(texts.map((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN)));
  const [length] = lengths;
  if (length === undefined) return null;
  if (lengths.size === 1 && Number.isSafeInteger(length)) return length;
  throw new MalformedResponseError(`has a Content-Length that says nothing: ${texts.join(', ')}`);
}
