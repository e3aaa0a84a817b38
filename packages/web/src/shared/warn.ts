/** Says what an app's developer should know: the app is to work without background fetches, too. */
export function warn(message: string, ...causes: unknown[]): void {
  console.warn(`background-fetch: ${message}`, ...causes);
}
