import { harmfulWhenShown } from '@background-fetch/common';

/**
 * Text from elsewhere (titles, URLs, names, messages), made harmless for a terminal: control characters, escapes,
 * and what turns the direction of text show as their code points.
 */
export function printable(text: string): string {
  return text.replace(harmfulWhenShown, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
