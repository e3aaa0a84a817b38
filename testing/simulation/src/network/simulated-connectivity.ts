import type { Connectivity } from '@background-fetch/core';

/** A connection to the network that tests cut and mend. */
export class SimulatedConnectivity implements Connectivity {
  #online: boolean;
  readonly #listeners = new Set<(online: boolean) => void>();

  constructor(online = true) {
    this.#online = online;
  }

  isOnline(): boolean {
    return this.#online;
  }

  setOnline(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    for (const listener of [...this.#listeners]) listener(online);
  }

  onOnline(callback: () => void): () => void {
    return this.onChange((online) => {
      if (online) callback();
    });
  }

  onChange(listener: (online: boolean) => void): () => void {
    // A function of its own, so that one callback given twice is called twice.
    const own = (online: boolean) => listener(online);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }
}
