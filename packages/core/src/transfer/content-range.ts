/** The values of a `Content-Range` field for one range of bytes; `completeLength` is null where it is `*`. */
export interface ContentRangeValues {
  readonly firstBytePos: number;
  readonly lastBytePos: number;
  readonly completeLength: number | null;
}

const digits = /^\d{1,16}$/;

/** A non-negative integer written in digits alone, null for anything else and for what a number can't hold exactly. */
export function parseLength(text: string | null | undefined): number | null {
  const trimmed = text?.trim();
  if (!trimmed || !digits.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isSafeInteger(value) ? value : null;
}

/** Parses `bytes first-last/complete` (RFC 9110, 14.4); null for anything else. */
export function parseContentRange(value: string): ContentRangeValues | null {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(value.trim());
  if (!match) return null;
  const firstBytePos = parseLength(match[1]);
  const lastBytePos = parseLength(match[2]);
  const completeLength = match[3] === '*' ? null : parseLength(match[3]);
  if (firstBytePos === null || lastBytePos === null || lastBytePos < firstBytePos) return null;
  if (match[3] !== '*' && (completeLength === null || lastBytePos >= completeLength)) return null;
  return { firstBytePos, lastBytePos, completeLength };
}

/** The complete length in the `bytes * /N` of a 416 response, null where it is not told. */
export function parseUnsatisfiedRange(value: string | null): number | null {
  return parseLength(/^bytes \*\/(\d+)$/i.exec(value?.trim() ?? '')?.[1]);
}
