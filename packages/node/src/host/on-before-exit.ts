const callbacks = new Set<() => unknown>();

const callAll = (): void => {
  for (const callback of callbacks) callback();
};

/** Calls back when the process has nothing left to do, each time; the result ends it. One listener does for all. */
export function onBeforeExit(callback: () => unknown): () => void {
  if (callbacks.size === 0) process.on('beforeExit', callAll);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) process.off('beforeExit', callAll);
  };
}
