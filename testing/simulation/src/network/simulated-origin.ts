import type { Clock, HeaderList } from '@background-fetch/core';
import { SimulatedConnection } from './simulated-connection.ts';

/** How a host refuses what is too much for it. */
export interface CrowdRefusal {
  /** null: without an answer, as if nobody listened */
  readonly status: number | null;
  readonly headers: HeaderList;
}

/** Nobody answers at an origin, and no host notices that it has no network. */
export interface SimulatedOutage {
  /** Whether connections are refused, or nothing ever comes of them. */
  readonly kind: 'refuses' | 'swallows';
}

interface Waiter {
  readonly start: () => void;
}

/** A host as it is seen from one browser: the connections there are to it, and what it bears. */
export class SimulatedOrigin {
  /** Requests that it bears at a time; null for any number. */
  bears: number | null = null;
  refusal: CrowdRefusal = { status: 503, headers: [] };
  /** ms for which a request that has ended still counts */
  linger = 0;
  readonly #clock: Clock;
  readonly #limit: () => number;
  readonly #open = new Set<SimulatedConnection>();
  readonly #queue: Waiter[] = [];
  readonly #outages = new Set<SimulatedOutage>();
  readonly #awaitingEnd = new Set<() => void>();
  #load = 0;

  /** @param limit how many connections may be open at a time */
  constructor(clock: Clock, limit: () => number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get outage(): SimulatedOutage | null {
    return [...this.#outages].at(-1) ?? null;
  }

  get hasFreeConnection(): boolean {
    return this.#open.size < this.#limit();
  }

  /** Waits for a connection, behind those that wait already. Rejects with the signal's reason once it is aborted. */
  connect(signal: AbortSignal): Promise<SimulatedConnection> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter = {
        start: () => {
          signal.removeEventListener('abort', aborted);
          const connection = new SimulatedConnection(() => this.#closed(connection));
          this.#open.add(connection);
          resolve(connection);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#queue.push(waiter);
      this.#startNext();
    });
  }

  /** Lets a request in, and gives what is called when it has ended; null if it is too much. */
  admit(): (() => void) | null {
    if (this.bears !== null && this.#load >= this.bears) return null;
    this.#load++;
    let counts = true;
    const leave = (): void => {
      if (counts) this.#load--;
      counts = false;
    };
    return () => (this.linger > 0 ? void this.#clock.setTimer(this.linger, leave) : leave());
  }

  /** @param cuts whether open connections break */
  beginOutage(outage: SimulatedOutage, cuts: boolean): void {
    this.#outages.add(outage);
    if (cuts) for (const connection of [...this.#open]) connection.cut();
  }

  endOutage(outage: SimulatedOutage): void {
    this.#outages.delete(outage);
    if (this.#outages.size > 0) return;
    for (const goOn of [...this.#awaitingEnd]) goOn();
  }

  /** Resolves at the end of the outages that there are now. Rejects with the signal's reason once it is aborted. */
  untilBack(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = (): void => {
        this.#awaitingEnd.delete(end);
        signal.removeEventListener('abort', end);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      signal.addEventListener('abort', end);
      this.#awaitingEnd.add(end);
    });
  }

  /** From now on, everybody is served. */
  becomeFair(): void {
    this.bears = null;
    for (const outage of [...this.#outages]) this.endOutage(outage);
  }

  #closed(connection: SimulatedConnection): void {
    this.#open.delete(connection);
    this.#startNext();
  }

  #startNext(): void {
    while (this.hasFreeConnection) {
      const next = this.#queue.shift();
      if (!next) return;
      next.start();
    }
  }
}
