import type { Clock } from '@background-fetch/core';

/** What happened, in order, as text: two runs with one seed have the same lines. */
export class Trace {
  readonly lines: string[] = [];
  readonly #clock: Clock;
  readonly #start: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  record(text: string): void {
    this.lines.push(`${String(this.#clock.now() - this.#start).padStart(8)}  ${text}`);
  }

  toString(): string {
    return this.lines.join('\n');
  }
}
