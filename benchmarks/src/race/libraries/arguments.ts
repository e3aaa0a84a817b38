interface Arguments {
  readonly url: string;
  readonly directory: string;
  /** Its name in that directory. */
  readonly file: string;
  /** Whether to give up soon. */
  readonly impatient: boolean;
}

/** What the script was called with. */
export function readArguments(): Arguments {
  const [url, directory, file, impatient] = process.argv.slice(2);
  if (!url || !directory || !file) throw new Error('Usage: URL DIRECTORY FILE [true]');
  return { url, directory, file, impatient: impatient === 'true' };
}
