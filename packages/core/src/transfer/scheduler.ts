import { unlessAborted } from './unless-aborted.ts';

interface Waiting {
  readonly fetchOrder: number;
  readonly recordIndex: number;
  readonly start: (release: () => void) => void;
}

/** Decides which records transfer at a time. */
export interface TransferScheduler {
  /**
   * Resolves with a function that gives the place back, once there is one.
   * Rejects with the signal's reason if it is aborted while waiting.
   */
  acquire(fetchOrder: number, recordIndex: number, signal: AbortSignal, url: string): Promise<() => void>;
}

/** Lets a number of records transfer at a time, in the order of their fetches and their places in them. */
export class Scheduler implements TransferScheduler {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(concurrency: number) {
    this.#free = concurrency;
  }

  acquire(fetchOrder: number, recordIndex: number, signal: AbortSignal): Promise<() => void> {
    const place = unlessAborted<() => void>(signal, (start) => {
      const waiting = { fetchOrder, recordIndex, start };
      this.#waiting.add(waiting);
      return () => this.#waiting.delete(waiting);
    });
    this.#startNext();
    return place;
  }

  #startNext(): void {
    if (this.#free === 0) return;
    let next: Waiting | undefined;
    for (const waiting of this.#waiting) if (!next || comesBefore(waiting, next)) next = waiting;
    if (!next) return;
    this.#free--;
    let held = true;
    next.start(() => {
      if (held) this.#free++;
      held = false;
      this.#startNext();
    });
  }
}

function comesBefore(a: Waiting, b: Waiting): boolean {
  return a.fetchOrder < b.fetchOrder || (a.fetchOrder === b.fetchOrder && a.recordIndex < b.recordIndex);
}
