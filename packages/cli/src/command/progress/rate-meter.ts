/** ms of the past that count */
const memory = 5000;
/** ms between two samples that are kept apart */
const resolution = 100;

/** Measures how fast a number of bytes grows. */
export class RateMeter {
  #samples: { at: number; bytes: number }[] = [];

  /**
   * Notes how many bytes there are.
   * @param now ms, of a clock that is never set back
   */
  add(bytes: number, now: number): void {
    const last = this.#samples.at(-1);
    // a body that starts again: what was dropped is not a negative rate
    if (last && bytes < last.bytes) this.#samples = [];
    if (this.#samples.length > 1 && last && now - last.at < resolution) this.#samples.pop();
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) > memory) this.#samples.shift();
  }

  /** bytes per second, 0 while nothing is known */
  rate(now: number): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || now <= first.at) return 0;
    return ((last.bytes - first.bytes) * 1000) / (now - first.at);
  }
}
