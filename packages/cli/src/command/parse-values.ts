import { CommanderError, InvalidArgumentError } from 'commander';
import { exitCodes } from './exit-codes.ts';

/** The code of an error about an argument that may be a secret: commander repeats what was given with its own. */
export const untold = 'bgfetch.untold';

const powers: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

/** `5M`, `500k`, `1.5G`, `5MiB`, `1000`: bytes, in powers of 1024 as curl and wget count. */
export function parseSize(text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)(?:i?b)?$/i.exec(text);
  const bytes = Math.round(Number(match?.[1]) * 1024 ** (powers[match?.[2]?.toLowerCase() ?? ''] ?? 0));
  if (!match || !Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError('Give a number of bytes such as 500k, 5M or 1.5G.');
  }
  return bytes;
}

/** As a size, and not 0. */
export function parseRate(text: string): number {
  const rate = parseSize(text);
  if (rate === 0) throw new InvalidArgumentError('Give the bytes per second, such as 500k or 5M: not 0.');
  return rate;
}

/** A parser of whole numbers from `least` to `most`. */
export function parseCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= least && count <= most) return count;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

export function parseId(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Give a name that can be seen, or leave the option out.');
}

/** Adds `Name: value` to the headers given before it. */
/**
 * Adds `Name: value` to the headers given before it: to the very list, as copies of it would take the square of their
 * number for one URL with thousands.
 */
export function parseHeader(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): [string, string][] {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0));
  const value = text.slice(colon + 1).replace(/^[ \t]+/, '');
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /[\r\n\0]/.test(value)) {
    throw new CommanderError(exitCodes.usage, untold, "Give a header as 'Name: value'.");
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    const reason = "A header's value can hold no control characters, and none beyond Latin-1.";
    throw new CommanderError(exitCodes.usage, untold, reason);
  }
  const headers = before as [string, string][];
  headers.push([name, value]);
  return headers;
}

export function parseMethod(text: string): string {
  if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(text)) return text;
  throw new InvalidArgumentError('Give a method such as GET, POST or PUT.');
}

export function parseIntegrity(text: string): string {
  if (/^sha(256|384|512)-[A-Za-z0-9+/_-]+={0,2}$/i.test(text)) return text;
  throw new InvalidArgumentError('Give a digest as sha256-…, sha384-… or sha512-…, in base 64.');
}
