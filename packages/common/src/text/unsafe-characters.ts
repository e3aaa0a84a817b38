/**
 * Characters of texts from elsewhere that are not what they look like, as the inside of a character class of an expression
 * with the flag `u`. Each use takes the widest set that it can: what is shown, or kept as data, has to stay readable,
 * and formatting characters such as the joiner within an emoji are a part of that; a file name can do without.
 */

/** Obeyed by terminals, or no characters at all: control characters and lone surrogates. */
const controls = String.raw`\p{Cc}\p{Cs}`;

/** What readers of lines take for the end of one, beside control characters. */
const lineEnds = String.raw`\p{Zl}\p{Zp}`;

/** What turns the direction of text, and the mark that shows nothing. All of it is of the category Cf. */
const deceptive = String.raw`\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff`;

/** Whatever must not reach a terminal, or a line of a log. */
export const harmfulWhenShown = new RegExp(`[${controls}${lineEnds}${deceptive}]`, 'gu');

/** That, and whatever else is not seen: two file names must not look alike. */
export const unseenInNames = new RegExp(`[${controls}${lineEnds}\\p{Cf}]`, 'gu');
