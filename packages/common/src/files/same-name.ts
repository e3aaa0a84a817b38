/**
 * Equal for names that some file system takes for one: most of macOS and Windows look neither at case nor at the form of
 * Unicode, and Windows drops dots and spaces at the end. A list means the same wherever its files go.
 */
export function nameKey(name: string): string {
  let end = name.length;
  while (end > 0 && /[. ]/.test(name[end - 1] ?? '')) end--;
  return name.slice(0, end).normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** bytes of a name in UTF-8; file systems take no more */
export const longestName = 255;

export function isLongName(name: string): boolean {
  return Buffer.byteLength(name) > longestName;
}

/** Whether it is a name within a directory, and nothing else. */
export function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}
