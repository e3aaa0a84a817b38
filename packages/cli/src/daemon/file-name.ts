import { unseenInNames } from '@background-fetch/common';
import { fileNameOfDisposition } from './content-disposition.ts';

/** bytes; file systems allow 255, and " (99)" or the name of a temporary file is still to be added */
const longestName = 200;
/** bytes; a longer last part after a dot is no extension */
const longestExtension = 24;
/** characters at the start and at the end of a name that are looked at */
const longestEnd = 512;

const reservedOnWindows = /[<>:"|?*]/g;
const deviceOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;

/**
 * Makes one safe file name of whatever a server calls a file: no path, nothing hidden, no option of a command, no
 * device of Windows, no control or formatting characters, not too long. `download` if nothing is left.
 */
export function safeFileName(wanted: string): string {
  const last = wanted
    .replace(unseenInNames, '')
    .split(/[/\\]/)
    .filter((part) => !/^[. ]*$/.test(part))
    .at(-1);
  const plain = normalise(last ?? '')
    .replace(reservedOnWindows, '_')
    .trim();
  const visible = plain.replace(/^[.~-]/, '_');
  const short = shortenWhole(visible);
  // only what is left in the end shows whether it is a device
  return (deviceOnWindows.test(short) ? shortenWhole(`_${short}`) : short) || 'download';
}

function shortenWhole(name: string): string {
  return trimEnd(shorten(name, longestName));
}

/** Unicode's form C. Accents without end take the square of their number to be sorted: of a long name, its ends do. */
function normalise(name: string): string {
  const ends = name.length > 2 * longestEnd ? name.slice(0, longestEnd) + name.slice(-longestEnd) : name;
  return ends.replace(unseenInNames, '').normalize('NFC');
}

/** Windows drops dots and spaces at the end of a name. */
function trimEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || /\s/.test(name[end - 1] ?? ''))) end--;
  return name.slice(0, end);
}

function shorten(name: string, limit: number): string {
  if (Buffer.byteLength(name) <= limit) return name;
  const { stem, extension } = splitExtension(name);
  const room = limit - Buffer.byteLength(extension);
  let kept = '';
  let size = 0;
  for (const character of stem) {
    size += Buffer.byteLength(character);
    if (size > room) break;
    kept += character;
  }
  return trimEnd(kept) + extension;
}

function splitExtension(name: string): { stem: string; extension: string } {
  const extension = /(?:\.tar)?\.[^.\s]+$/i.exec(name)?.[0] ?? '';
  const isOne = extension.length < name.length && Buffer.byteLength(extension) <= longestExtension;
  return isOne
    ? { stem: name.slice(0, name.length - extension.length), extension }
    : { stem: name, extension: '' };
}

/** `film (1).mp4`: the name for the n-th file that would be called so; the name itself for 0. */
export function numberedName(name: string, n: number): string {
  if (n === 0) return name;
  const { stem, extension } = splitExtension(name);
  return `${stem} (${n})${extension}`;
}

/** The safe name of what a URL's path ends with. */
export function nameOfUrl(url: string): string {
  const segment =
    new URL(url).pathname
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? '';
  try {
    return safeFileName(decodeURIComponent(segment));
  } catch {
    return safeFileName(segment);
  }
}

/** The safe name for a response: the server's, else that of the URL that was asked for. */
export function nameOfResponse(requestUrl: string, contentDisposition: string | null): string {
  const given = fileNameOfDisposition(contentDisposition);
  return given === null ? nameOfUrl(requestUrl) : safeFileName(given);
}
