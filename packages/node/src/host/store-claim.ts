import { StoreInUseError } from './store-lock.ts';

const claimed = new WeakSet<object>();

/** The claim by which an engine is the only one of this process that has a store of the app's own. */
export class StoreClaim {
  readonly #store: object;

  private constructor(store: object) {
    this.#store = store;
    claimed.add(store);
  }

  /** @throws StoreInUseError */
  static take(store: { readonly name?: string }): StoreClaim {
    if (claimed.has(store))
      throw new StoreInUseError(`"${store.name ?? 'store'}"`, process.pid, ', or open another store');
    return new StoreClaim(store);
  }

  release(): void {
    claimed.delete(this.#store);
  }
}
