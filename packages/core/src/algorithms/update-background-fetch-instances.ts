import { takeSnapshot } from '../model/snapshot.ts';
import type { Job } from '../transfer/job.ts';

/** ms between two announcements of one background fetch */
const announcementInterval = 50;

/**
 * Update background fetch instances: tells every context the state of a background fetch. What each does with it is
 * in apply-an-update.ts.
 * https://wicg.github.io/background-fetch/#update-background-fetch-instance-algorithm
 *
 * Answers the issue at the algorithm's end: changes that come within 50 ms are told as one, the last always.
 */
export class InstanceUpdates {
  readonly #job: Job;
  #cancelTimer: (() => void) | null = null;
  #due = false;

  constructor(job: Job) {
    this.#job = job;
    job.onChange(() => this.update());
  }

  /** Tells of a change, now or with those that follow soon. */
  update(): void {
    this.#due = true;
    if (!this.#cancelTimer) this.#tell();
  }

  /** No more is told but by who ends the background fetch. */
  end(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#job.onChange(() => {});
  }

  #tell(): void {
    this.#due = false;
    const { announcements, clock, display } = this.#job.workshop.ports;
    this.#cancelTimer = clock.setTimer(announcementInterval, () => {
      this.#cancelTimer = null;
      if (this.#due) this.#tell();
    });
    const snapshot = takeSnapshot(this.#job.fetch, this.#job.records);
    announcements.publish(snapshot);
    display.update(snapshot);
  }
}
