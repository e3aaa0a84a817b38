import { setMaxListeners } from 'node:events';
import type { Lock } from '@background-fetch/core';

interface Request {
  readonly shared: boolean;
  granted: boolean;
  readonly grant: () => void;
}

/** The lock port of one process: who uses its store is in this process, see StoreLock. */
export class LocalLock implements Lock {
  readonly #queues = new Map<string, Request[]>();

  async hold<T>(
    name: string,
    signal: AbortSignal,
    holder: () => Promise<T>,
    mode: 'exclusive' | 'shared' = 'exclusive',
  ): Promise<T> {
    signal.throwIfAborted();
    const request = await this.#enter(name, signal, mode === 'shared');
    try {
      return await holder();
    } finally {
      this.#leave(name, request);
    }
  }

  #enter(name: string, signal: AbortSignal, shared: boolean): Promise<Request> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#leave(name, request);
        reject(signal.reason);
      };
      const grant = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(request);
      };
      const request: Request = { shared, granted: false, grant };
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

/** The first of a queue, and those behind it that share with it. */
function grantFirst(queue: readonly Request[]): void {
  const firstExclusive = queue.findIndex(({ shared }) => !shared);
  const count = firstExclusive < 0 ? queue.length : Math.max(1, firstExclusive);
  for (const request of queue.slice(0, count)) {
    if (request.granted) continue;
    request.granted = true;
    request.grant();
  }
}
