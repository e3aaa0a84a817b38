interface Waiting {
  readonly fetchOrder: number;
  readonly recordIndex: number;
  readonly start: () => void;
}

/** Lets a number of records transfer at a time, in the order of their fetches and their places in them. */
export class Scheduler {
  #free: number;
  readonly #waiting: Waiting[] = [];

  constructor(concurrency: number) {
    this.#free = concurrency;
  }

  /**
   * Resolves with a function that gives the place back, once there is one.
   * Rejects with the signal's reason if it is aborted while waiting.
   */
  acquire(fetchOrder: number, recordIndex: number, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        fetchOrder,
        recordIndex,
        start: () => {
          signal.removeEventListener('abort', onAbort);
          let held = true;
          resolve(() => {
            if (!held) return;
            held = false;
            this.#free++;
            this.#startNext();
          });
        },
      };
      signal.addEventListener('abort', onAbort);
      this.#enqueue(waiting);
      this.#startNext();
    });
  }

  #enqueue(waiting: Waiting): void {
    let at = this.#waiting.length;
    while (at > 0 && comesBefore(waiting, this.#waiting[at - 1] as Waiting)) at--;
    this.#waiting.splice(at, 0, waiting);
  }

  #startNext(): void {
    if (this.#free === 0) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#free--;
    next.start();
  }
}

function comesBefore(a: Waiting, b: Waiting): boolean {
  return a.fetchOrder < b.fetchOrder || (a.fetchOrder === b.fetchOrder && a.recordIndex < b.recordIndex);
}
