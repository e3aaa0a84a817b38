/** What the script was called with: the URL, the directory and the name of the file in it. */
export function readArguments(): { readonly url: string; readonly directory: string; readonly file: string } {
  const [url, directory, file] = process.argv.slice(2);
  if (!url || !directory || !file) throw new Error('Usage: URL DIRECTORY FILE');
  return { url, directory, file };
}
