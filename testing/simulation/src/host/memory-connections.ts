import type { Connections, Lease } from '@background-fetch/core';

interface Waiter {
  readonly limit: number;
  readonly start: (lease: Lease) => void;
}

/** Who may use connections to one origin, of all contexts of one host. */
class Share {
  readonly #held = new Set<Lease>();
  readonly #waiting: Waiter[] = [];

  lease(limit: number, signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
        this.#startNext();
      };
      const waiter: Waiter = {
        limit,
        start: (lease) => {
          signal.removeEventListener('abort', aborted);
          resolve(lease);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(waiter);
      this.#startNext();
    });
  }

  /** In the order in which they asked, but who may go beyond what others may does. */
  #startNext(): void {
    for (;;) {
      const place = this.#waiting.findIndex(({ limit }) => this.#held.size < limit);
      const [next] = place < 0 ? [] : this.#waiting.splice(place, 1);
      if (!next) return;
      const lease: Lease = {
        release: () => {
          if (this.#held.delete(lease)) this.#startNext();
        },
      };
      this.#held.add(lease);
      next.start(lease);
    }
  }
}

/** The connections that all contexts of one host share. */
export class MemoryConnections {
  readonly #shares = new Map<string, Share>();

  /** @param life what one context holds is free once it is aborted */
  connect(life: AbortSignal): Connections {
    return {
      lease: async (origin, limit, signal) => {
        const share = this.#shares.get(origin) ?? new Share();
        this.#shares.set(origin, share);
        const end = new AbortController();
        const passOn = (): void => end.abort(signal.aborted ? signal.reason : life.reason);
        if (signal.aborted || life.aborted) passOn();
        for (const one of [signal, life]) one.addEventListener('abort', passOn);
        try {
          const lease = await share.lease(limit, end.signal);
          const release = (): void => {
            life.removeEventListener('abort', release);
            lease.release();
          };
          life.addEventListener('abort', release);
          return { release };
        } finally {
          for (const one of [signal, life]) one.removeEventListener('abort', passOn);
        }
      },
    };
  }
}
