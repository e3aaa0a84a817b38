/** Remembers what was patched, so that all of it can be taken back. */
export class PatchRegistry {
  readonly #undo: (() => void)[] = [];

  /** Defines a configurable property. */
  define(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
    const original = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, { ...descriptor, configurable: true });
    this.#undo.push(() => {
      if (original) Object.defineProperty(target, key, original);
      else Reflect.deleteProperty(target, key);
    });
  }

  /** Defines the members of an object on another one. */
  defineAll(target: object, members: object): void {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
      this.define(target, name, descriptor);
    }
  }

  /** Puts a method around another one. */
  wrap<T extends object, K extends keyof T & string>(
    target: T,
    key: K,
    around: (original: T[K]) => T[K],
  ): void {
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    if (!descriptor) return;
    const value = Object.defineProperty(around(descriptor.value), 'name', { value: key, configurable: true });
    this.define(target, key, { ...descriptor, value });
  }

  /** Remembers how something else is taken back. */
  add(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Takes everything back in the opposite order, so that what was patched twice ends as it began. */
  revert(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
