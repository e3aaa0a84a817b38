import type { HeaderList } from './record.ts';

/** The combined value of a field, null if it is not there. https://fetch.spec.whatwg.org/#concept-header-list-get */
export function getHeader(headers: HeaderList, name: string): string | null {
  const wanted = name.toLowerCase();
  const values = headers.filter(([other]) => other.toLowerCase() === wanted).map(([, value]) => value);
  return values.length > 0 ? values.join(', ') : null;
}

/** The list without the named fields. */
export function withoutHeaders(headers: HeaderList, ...names: string[]): HeaderList {
  const unwanted = new Set(names.map((name) => name.toLowerCase()));
  return headers.filter(([name]) => !unwanted.has(name.toLowerCase()));
}
