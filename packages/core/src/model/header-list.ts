import type { HeaderList } from './record.ts';

/** The combined value of a field, null if it is not there. https://fetch.spec.whatwg.org/#concept-header-list-get */
export function getHeader(headers: HeaderList, name: string): string | null {
  return new Headers(headers as [string, string][]).get(name);
}

/** The list without what holds for one transmission of a body, and not for the whole body. */
export function withoutLengths(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !/^content-(range|length|digest)$/i.test(name));
}
