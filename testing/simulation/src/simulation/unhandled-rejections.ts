/** Calls back for every promise that is rejected and that nobody handles; the result ends it. */
export function watchForRejections(callback: (reason: unknown) => void): () => void {
  process.on('unhandledRejection', callback);
  return () => void process.off('unhandledRejection', callback);
}
