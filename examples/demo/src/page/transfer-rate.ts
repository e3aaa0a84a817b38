const windowLength = 4000;

/** Bytes per second over the last few seconds. */
export class TransferRate {
  #samples: { time: number; bytes: number }[] = [];

  /** Takes note that `bytes` in all had arrived at `time`, in milliseconds. */
  add(bytes: number, time: number): void {
    this.#samples = this.#samples.filter((sample) => time - sample.time < windowLength);
    this.#samples.push({ time, bytes });
  }

  /** 0 while nothing can be told yet. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.time - first.time < 200) return 0;
    return Math.max(0, ((last.bytes - first.bytes) / (last.time - first.time)) * 1000);
  }
}
