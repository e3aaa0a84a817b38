import { harmfulWhenShown } from '@background-fetch/common';

/** A value as JSON on one line, which is harmless when it is shown: JSON itself leaves much of that as it is. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    harmfulWhenShown,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
