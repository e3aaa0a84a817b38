import type { Connections, Lease } from '@background-fetch/core';

interface Waiter {
  readonly owner: MemoryConnections;
  readonly limit: number;
  readonly grant: () => void;
}

/** The leases and the queue of one origin. */
interface Origin {
  readonly held: Map<Lease, MemoryConnections>;
  readonly waiting: Set<Waiter>;
}

/** The connections that all workers of one host share, granted in the order in which they were asked for. */
export class SharedConnections {
  readonly #origins = new Map<string, Origin>();

  /** The connections as one worker sees them. */
  connect(): MemoryConnections {
    return new MemoryConnections(this);
  }

  /** Leases that are held for an origin. */
  count(origin: string): number {
    return this.at(origin).held.size;
  }

  at(name: string): Origin {
    const known = this.#origins.get(name);
    if (known) return known;
    const origin = { held: new Map(), waiting: new Set<Waiter>() };
    this.#origins.set(name, origin);
    return origin;
  }

  grant({ held, waiting }: Origin): void {
    for (const waiter of waiting) {
      if (held.size >= waiter.limit) continue;
      waiting.delete(waiter);
      waiter.grant();
    }
  }

  /** What a dead worker held is free, and it waits for nothing more. */
  leave(owner: MemoryConnections): void {
    for (const origin of this.#origins.values()) {
      for (const waiter of origin.waiting) if (waiter.owner === owner) origin.waiting.delete(waiter);
      for (const [lease, holder] of origin.held) if (holder === owner) origin.held.delete(lease);
      this.grant(origin);
    }
  }
}

export class MemoryConnections implements Connections {
  readonly #shared: SharedConnections;
  #dead = false;

  constructor(shared = new SharedConnections()) {
    this.#shared = shared;
  }

  /** Ends this worker as a kill does: its leases are free, and its promises never settle. */
  crash(): void {
    this.#dead = true;
    this.#shared.leave(this);
  }

  lease(name: string, limit: number, signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return;
      signal.throwIfAborted();
      const origin = this.#shared.at(name);
      const aborted = (): void => {
        origin.waiting.delete(waiter);
        if (!this.#dead) reject(signal.reason);
      };
      const waiter: Waiter = {
        owner: this,
        limit,
        grant: () => {
          signal.removeEventListener('abort', aborted);
          const lease = {
            release: () => {
              if (origin.held.delete(lease)) this.#shared.grant(origin);
            },
          };
          origin.held.set(lease, this);
          resolve(lease);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      origin.waiting.add(waiter);
      this.#shared.grant(origin);
    });
  }
}
