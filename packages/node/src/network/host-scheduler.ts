import { setMaxListeners } from 'node:events';
import type { TransferScheduler } from '@background-fetch/core';

interface Waiting {
  readonly fetchOrder: number;
  readonly recordIndex: number;
  readonly start: () => void;
  readonly giveUp: () => void;
  over: boolean;
}

/** What waits for one origin, and how much of it transfers. */
class Host {
  transferring = 0;
  #waiting: Waiting[] = [];
  /** Those before this one have been started. */
  #first = 0;

  /** Records come in their order as a rule, so the place is found from behind. */
  add(waiting: Waiting): void {
    let at = this.#waiting.length;
    while (at > this.#first && comesBefore(waiting, this.#waiting[at - 1] as Waiting)) at--;
    if (at === this.#waiting.length) this.#waiting.push(waiting);
    else this.#waiting.splice(at, 0, waiting);
  }

  /** The next one that still waits. */
  peek(): Waiting | undefined {
    while (this.#waiting[this.#first]?.over) this.#advance();
    return this.#waiting[this.#first];
  }

  #advance(): void {
    this.#first++;
    if (this.#first < 1024 || this.#first * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#first);
    this.#first = 0;
  }
}

/** Who has to be told when a signal is aborted: Node takes longer for each further listener of one signal. */
class Listeners {
  readonly #waiting = new Set<Waiting>();

  constructor(signal: AbortSignal) {
    // each transfer listens, too: many at a time are no leak
    setMaxListeners(0, signal);
    signal.addEventListener('abort', () => {
      for (const waiting of this.#waiting) waiting.giveUp();
    });
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }
}

/**
 * Lets a number of records transfer at a time, and no more than another number of them from one origin: one that is
 * slow does not keep the others waiting. It takes the same time for each of 100,000 records as for one.
 */
export class HostScheduler implements TransferScheduler {
  readonly #perHost: number;
  readonly #hosts = new Map<string, Host>();
  readonly #listeners = new WeakMap<AbortSignal, Listeners>();
  #free: number;

  constructor(concurrency: number, perHost: number = concurrency) {
    this.#free = concurrency;
    this.#perHost = perHost;
  }

  acquire(fetchOrder: number, recordIndex: number, signal: AbortSignal, url: string): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const { origin } = new URL(url);
    const listeners = this.#listeners.get(signal) ?? new Listeners(signal);
    this.#listeners.set(signal, listeners);
    return new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.over = true;
        listeners.delete(waiting);
        resolve(this.#take(origin));
      };
      const giveUp = (): void => {
        waiting.over = true;
        this.#forgetIdle(origin);
        reject(signal.reason);
      };
      const waiting: Waiting = { fetchOrder, recordIndex, start, giveUp, over: false };
      listeners.add(waiting);
      this.#host(origin).add(waiting);
      this.#startNext();
    });
  }

  #host(origin: string): Host {
    const host = this.#hosts.get(origin) ?? new Host();
    this.#hosts.set(origin, host);
    return host;
  }

  #take(origin: string): () => void {
    this.#free--;
    this.#host(origin).transferring++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#free++;
      this.#host(origin).transferring--;
      this.#forgetIdle(origin);
      this.#startNext();
    };
  }

  #forgetIdle(origin: string): void {
    const host = this.#hosts.get(origin);
    if (host?.transferring === 0 && !host.peek()) this.#hosts.delete(origin);
  }

  #startNext(): void {
    if (this.#free === 0) return;
    let next: Waiting | undefined;
    for (const host of this.#hosts.values()) {
      if (host.transferring >= this.#perHost) continue;
      const waiting = host.peek();
      if (waiting && (!next || comesBefore(waiting, next))) next = waiting;
    }
    next?.start();
  }
}

function comesBefore(a: Waiting, b: Waiting): boolean {
  return a.fetchOrder < b.fetchOrder || (a.fetchOrder === b.fetchOrder && a.recordIndex < b.recordIndex);
}
