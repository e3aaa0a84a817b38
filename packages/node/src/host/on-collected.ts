const registry = new FinalizationRegistry<() => void>((callback) => callback());

/** Calls back some time after nothing leads to `target` any more, if the garbage collector ever comes by. */
export function onCollected(target: object, callback: () => void): void {
  registry.register(target, callback);
}
