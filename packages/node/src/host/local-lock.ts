import { setMaxListeners } from 'node:events';
import type { Lock } from '@background-fetch/core';

interface Request {
  readonly shared: boolean;
  granted: boolean;
  readonly grant: () => void;
}

/** The lock port of one process. Everybody who uses its store is in this process, see StoreLock. */
export class LocalLock implements Lock {
  readonly #queues = new Map<string, Request[]>();

  async hold<T>(name: string, signal: AbortSignal, holder: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const request = await this.#enter(name, signal);
    try {
      return await holder();
    } finally {
      this.#leave(name, request);
    }
  }

  async share(name: string, holder: () => Promise<void>): Promise<boolean> {
    const queue = this.#queues.get(name) ?? [];
    if (queue.some(({ shared }) => !shared)) return false;
    const request: Request = { shared: true, granted: true, grant: () => {} };
    this.#queues.set(name, queue);
    queue.push(request);
    try {
      await holder();
    } finally {
      this.#leave(name, request);
    }
    return true;
  }

  /** Gives each lock to who waits for it, although others share it still. */
  evict(): void {
    for (const [name, queue] of this.#queues)
      if (queue.some(({ shared }) => !shared))
        for (const request of queue.filter(({ shared }) => shared)) this.#leave(name, request);
  }

  #enter(name: string, signal: AbortSignal): Promise<Request> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#leave(name, request);
        reject(signal.reason);
      };
      const grant = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(request);
      };
      const request: Request = { shared: false, granted: false, grant };
      // each fetch that is read when it is released waits here, with the engine's one signal: many are no leak
      setMaxListeners(0, signal);
      signal.addEventListener('abort', giveUp, { once: true });
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      queue.push(request);
      grantFirst(queue);
    });
  }

  #leave(name: string, request: Request): void {
    const queue = this.#queues.get(name) ?? [];
    const position = queue.indexOf(request);
    if (position >= 0) queue.splice(position, 1);
    grantFirst(queue);
    // there is a name for each background fetch there ever was
    if (queue.length === 0) this.#queues.delete(name);
  }
}

/**
 * Grants the lock to the first in the queue. Those that share have it already, and nobody else gets it before they
 * have left.
 */
function grantFirst([first]: readonly Request[]): void {
  if (!first || first.granted) return;
  first.granted = true;
  first.grant();
}
