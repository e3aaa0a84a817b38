/**
 * Waits for something. Rejects with the signal's reason if that is aborted before.
 * @param begin gets what resolves the promise, later; returns what ends the waiting
 */
export function unlessAborted<T>(
  signal: AbortSignal,
  begin: (resolve: (value: T) => void) => () => void,
): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    const end = begin((value) => {
      signal.removeEventListener('abort', onAbort);
      end();
      resolve(value);
    });
    signal.addEventListener('abort', onAbort);
  });
}
