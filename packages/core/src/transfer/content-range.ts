/** The values of a `Content-Range` field for one range of bytes; `completeLength` is null where it is `*`. */
export interface ContentRangeValues {
  readonly firstBytePos: number;
  readonly lastBytePos: number;
  readonly completeLength: number | null;
}

/** A non-negative integer written in digits alone, null for anything else and for what a number can't hold exactly. */
export function parseLength(text: string | null | undefined): number | null {
  const value = /^\s*\d+\s*$/.test(text ?? '') ? Number(text) : null;
  return Number.isSafeInteger(value) ? value : null;
}

/** Parses `bytes first-last/complete` (RFC 9110, 14.4); null for anything else. */
export function parseContentRange(value: string): ContentRangeValues | null {
  const [, first, last, complete] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(value.trim()) ?? [];
  const firstBytePos = parseLength(first);
  const lastBytePos = parseLength(last);
  const completeLength = parseLength(complete);
  if (firstBytePos === null || lastBytePos === null || lastBytePos < firstBytePos) return null;
  return complete === '*' || (completeLength ?? 0) > lastBytePos
    ? { firstBytePos, lastBytePos, completeLength }
    : null;
}

/** The complete length in the `bytes * /N` of a 416 response, null where it is not told. */
export function parseUnsatisfiedRange(value: string | null): number | null {
  return parseLength(/^bytes \*\/(\d+)$/i.exec(value?.trim() ?? '')?.[1]);
}

/** N of `bytes N-(N-1)/…`, which some servers send for a part without a byte; null for anything else. */
export function parseEmptyPart(value: string): number | null {
  const [, first, last] = /^bytes (\d+)-(\d+)\/(?:\d+|\*)$/i.exec(value.trim()) ?? [];
  const position = parseLength(first);
  return position !== null && parseLength(last) === position - 1 ? position : null;
}
