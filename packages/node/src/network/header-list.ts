import type { HeaderList } from '@background-fetch/core';

/** Field lines as they were received: names and values, one after the other. */
export type RawHeaders = readonly (Buffer | string)[];

/**
 * The fields of a response as a Headers object lists them: names in lower case and sorted, the values of one name
 * joined, save `Set-Cookie`. https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
 * @param encoding in which bytes stand for one character each
 */
export function combineHeaders(raw: RawHeaders, encoding: 'latin1' | 'utf8' = 'latin1'): HeaderList {
  const combined = new Map<string, string>();
  const cookies: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = asText(raw[index], encoding).toLowerCase();
    const value = trimField(asText(raw[index + 1], encoding));
    const earlier = combined.get(name);
    if (name === 'set-cookie') cookies.push(value);
    else combined.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  const list = [...combined, ...cookies.map((value): [string, string] => ['set-cookie', value])];
  return list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Whether a response says where its body ends; one that only the end of its connection delimits may be cut there. */
export function isFramed(headers: HeaderList): boolean {
  return headerOf(headers, 'content-length') !== null || headerOf(headers, 'transfer-encoding') !== null;
}

/**
 * Trims a field without a regular expression, which would look at white space within a value again for each of its
 * characters.
 */
function trimField(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isFieldSpace(value[start])) start++;
  while (end > start && isFieldSpace(value[end - 1])) end--;
  return value.slice(start, end);
}

function isFieldSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

/** Field values are bytes; like fetch, they are read as one character each. */
function asText(bytes: Buffer | string | undefined, encoding: 'latin1' | 'utf8'): string {
  return typeof bytes === 'string' ? bytes : (bytes?.toString(encoding) ?? '');
}

/** The value of a field, null if it is not there. `name` is in lower case. */
export function headerOf(headers: HeaderList, name: string): string | null {
  return headers.find(([other]) => other === name)?.[1] ?? null;
}
