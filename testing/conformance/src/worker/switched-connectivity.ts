import type { Connectivity } from '@background-fetch/core';

/** Whether the device is online, as a test says. */
export class SwitchedConnectivity implements Connectivity {
  #online = true;
  readonly #callbacks = new Set<() => void>();

  isOnline(): boolean {
    return this.#online;
  }

  onOnline(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  setOnline(online: boolean): void {
    this.#online = online;
    if (online) for (const callback of [...this.#callbacks]) callback();
  }
}
