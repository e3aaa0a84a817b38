import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a terminal gives a text without control characters. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text in exactly `width` columns: its middle is left out, or spaces are added. */
export function fit(text: string, width: number): string {
  const own = widthOf(text);
  if (own <= width) return text + ' '.repeat(width - own);
  if (width < 1) return '';
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  const head = take(characters, Math.ceil((width - 1) / 2));
  const tail = take(characters.reverse(), width - 1 - widthOf(head.join(''))).reverse();
  const short = `${head.join('')}…${tail.join('')}`;
  return short + ' '.repeat(Math.max(0, width - widthOf(short)));
}

function take(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += widthOf(character);
    if (used > width) break;
    taken.push(character);
  }
  return taken;
}
