/** ms between two looks at the event loop */
const interval = 10;

/**
 * Watches for how long the event loop of this process turns for nobody. A machine that is busy with others lets a process
 * wait as well: what counts is time that passed and was this process's own.
 */
export class LoopWatch {
  /** ms: the longest that nobody had a turn */
  longest = 0;
  #seen = performance.now();
  #used = process.cpuUsage();
  readonly #timer = setInterval(() => this.#look(), interval);

  #look(): void {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.#used);
    const blocked = Math.min(now - this.#seen - interval, (user + system) / 1000);
    this.longest = Math.max(this.longest, blocked);
    this.restart();
  }

  /** What was done since the last look does not count. */
  restart(): void {
    this.#seen = performance.now();
    this.#used = process.cpuUsage();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
