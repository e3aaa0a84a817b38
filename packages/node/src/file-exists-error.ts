/** Something has the name that a file was to get, and was not to be replaced, or never is. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
  readonly code = 'EEXIST';
}
