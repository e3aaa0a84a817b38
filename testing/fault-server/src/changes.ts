/** Tells waiters when something may have changed, so that tests wait for a state instead of sleeping. */
export class Changes {
  readonly #waiters = new Set<() => void>();

  notify(): void {
    for (const check of this.#waiters) check();
  }

  /** Resolves with the first truthy value of `look`, which is called now and after every change. */
  until<Value>(look: () => Value | undefined | false, signal?: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined || found === false) return;
        leave();
        resolve(found);
      };
      const abandon = () => {
        leave();
        reject(signal?.reason);
      };
      const leave = () => {
        this.#waiters.delete(check);
        signal?.removeEventListener('abort', abandon);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', abandon);
      this.#waiters.add(check);
      check();
    });
  }
}
