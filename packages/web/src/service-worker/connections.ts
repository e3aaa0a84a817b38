import type { Connections, Lease } from '@background-fetch/core';
import { lock } from '../shared/host.ts';

/** ms after which a lock is given back, so that the next in its queue has its turn, other engines' included */
const longestHold = 1000;
/** ms for which a lock that nobody here needs is kept: many small requests need no new one each */
const idleHold = 100;

interface Waiter {
  readonly limit: number;
  grant(lease: Lease): void;
}

/** One connection of an origin that this engine may use. */
interface Held {
  /** The time, by `performance.now()`, after which no new request gets the connection. */
  readonly until: number;
  busy: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly giveBack: () => void;
}

/**
 * The connections port on Web Locks, which all service workers of an origin share and lose when they die. Each
 * connection to a server is a lock with a number below the limit.
 */
export function createConnections(): Connections {
  const origins = new Map<string, Origin>();
  return {
    lease(origin, limit, signal) {
      let known = origins.get(origin);
      if (!known) {
        known = new Origin(origin);
        origins.set(origin, known);
      }
      return known.lease(limit, signal);
    },
  };
}

class Origin {
  readonly #name: string;
  /** The requests that wait, in the order of asking. */
  readonly #waiting = new Set<Waiter>();
  /** The locks that this engine has, by their numbers. */
  readonly #held = new Map<number, Held>();
  /** The locks that it waits for; each can be given up. */
  readonly #asked = new Map<number, AbortController>();

  constructor(name: string) {
    this.#name = name;
  }

  lease(limit: number, signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = (): void => {
        this.#waiting.delete(waiter);
        this.#update();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        limit,
        grant(lease) {
          signal.removeEventListener('abort', aborted);
          resolve(lease);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.add(waiter);
      this.#update();
    });
  }

  #update(): void {
    let busy = [...this.#held.values()].filter((held) => held.busy).length;
    for (const waiter of this.#waiting) {
      const free = [...this.#held].find(([number, held]) => number < waiter.limit && !held.busy);
      if (!free || busy >= waiter.limit) continue;
      busy++;
      this.#waiting.delete(waiter);
      waiter.grant(this.#use(free[1]));
    }
    this.#ask(Math.max(0, ...[...this.#waiting].map(({ limit }) => (limit > busy ? limit : 0))));
  }

  #use(held: Held): Lease {
    clearTimeout(held.timer);
    held.busy = true;
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        held.busy = false;
        const left = held.until - performance.now();
        if (left > 0) held.timer = setTimeout(held.giveBack, Math.min(left, idleHold));
        else held.giveBack();
        this.#update();
      },
    };
  }

  /** Asks for all locks with a number below the limit: whichever is free first will do. Others are given up. */
  #ask(limit: number): void {
    for (const [number, waiting] of this.#asked) {
      if (number < limit) continue;
      this.#asked.delete(number);
      waiting.abort();
    }
    for (let number = 0; number < limit; number++) {
      if (this.#held.has(number) || this.#asked.has(number)) continue;
      const waiting = new AbortController();
      this.#asked.set(number, waiting);
      const name = `background-fetch connection ${this.#name} ${number}`;
      lock
        .hold(name, waiting.signal, () => this.#keep(number, waiting))
        .catch(() => {
          // the lock was given up, or this context may have no locks any more
        });
    }
  }

  /** Resolves when the lock is to be given back. */
  #keep(number: number, waiting: AbortController): Promise<void> {
    return new Promise((resolve) => {
      // the lock was given up while it was granted
      if (this.#asked.get(number) !== waiting) return resolve();
      this.#asked.delete(number);
      const held: Held = {
        until: performance.now() + longestHold,
        busy: false,
        timer: undefined,
        giveBack: () => {
          this.#held.delete(number);
          resolve();
        },
      };
      this.#held.set(number, held);
      this.#update();
      if (!held.busy) held.giveBack();
    });
  }
}
