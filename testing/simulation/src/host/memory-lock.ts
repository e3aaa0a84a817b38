import type { Lock } from '@background-fetch/core';

interface Waiter {
  readonly owner: MemoryLock;
  readonly shared: boolean;
  granted: boolean;
  readonly grant: () => void;
}

/** The locks that all contexts of one host share, granted in the order in which they were asked for. */
export class MemoryLocks {
  readonly #queues = new Map<string, Waiter[]>();

  /** The locks as one context sees them. */
  connect(): MemoryLock {
    return new MemoryLock(this);
  }

  isHeldBy(name: string, owner: MemoryLock): boolean {
    return (this.#queues.get(name) ?? []).some((waiter) => waiter.granted && waiter.owner === owner);
  }

  /** Whether nobody has it alone, or waits for that. */
  isShareable(name: string): boolean {
    return (this.#queues.get(name) ?? []).every(({ shared }) => shared);
  }

  join(name: string, waiter: Waiter): void {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    queue.push(waiter);
    this.#grantFirst(queue);
  }

  leave(name: string, waiter: Waiter): void {
    const queue = this.#queues.get(name) ?? [];
    const position = queue.indexOf(waiter);
    if (position < 0) return;
    queue.splice(position, 1);
    this.#grantFirst(queue);
  }

  /** Those that share have it already, and nobody else gets it before they have left. */
  #grantFirst([first]: readonly Waiter[]): void {
    if (!first || first.granted) return;
    first.granted = true;
    first.grant();
  }

  leaveAll(owner: MemoryLock): void {
    for (const [name, queue] of this.#queues) {
      // Those that wait go first, so that none of them is granted what the dead holder lets go.
      for (const waiter of [...queue].reverse()) if (waiter.owner === owner) this.leave(name, waiter);
    }
  }
}

export class MemoryLock implements Lock {
  readonly #locks: MemoryLocks;
  #dead = false;

  constructor(locks = new MemoryLocks()) {
    this.#locks = locks;
  }

  /** Ends this context as a kill does: its locks are free, and its promises never settle. */
  crash(): void {
    this.#dead = true;
    this.#locks.leaveAll(this);
  }

  async hold<T>(name: string, signal: AbortSignal, holder: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const waiter = await this.#wait(name, signal);
    try {
      return await holder();
    } finally {
      this.#locks.leave(name, waiter);
    }
  }

  async share(name: string, holder: () => Promise<void>): Promise<boolean> {
    if (this.#dead) await new Promise(() => {});
    if (!this.#locks.isShareable(name)) return false;
    const waiter = { owner: this, shared: true, granted: true, grant: () => {} };
    this.#locks.join(name, waiter);
    try {
      await holder();
    } finally {
      this.#locks.leave(name, waiter);
    }
    return true;
  }

  #wait(name: string, signal: AbortSignal): Promise<Waiter> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return;
      const aborted = () => {
        this.#locks.leave(name, waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        owner: this,
        shared: false,
        granted: false,
        grant: () => {
          signal.removeEventListener('abort', aborted);
          resolve(waiter);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#locks.join(name, waiter);
    });
  }
}
