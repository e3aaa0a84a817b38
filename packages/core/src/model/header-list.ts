/** The fields of a message in their order. https://fetch.spec.whatwg.org/#concept-header-list */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * The combined value of a field, null if it is not there. A `Headers` object for each question would cost more than a
 * small body.
 * @param name in lower case
 * https://fetch.spec.whatwg.org/#concept-header-list-get
 */
export function getHeader(headers: HeaderList, name: string): string | null {
  let combined: string | null = null;
  for (const [other, value] of headers) {
    if (other !== name && other.toLowerCase() !== name) continue;
    const normalized = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
    combined = combined === null ? normalized : `${combined}, ${normalized}`;
  }
  return combined;
}

/** The media type that `Content-Type` says, without parameters and in lower case; '' if it says none. */
export function mediaTypeOf(headers: HeaderList): string {
  const [type = ''] = (getHeader(headers, 'content-type') ?? '').split(';');
  return type.trim().toLowerCase();
}

/** The list without what holds for one transmission of a body, and not for the whole body. */
export function withoutLengths(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !/^content-(range|length|digest)$/i.test(name));
}
