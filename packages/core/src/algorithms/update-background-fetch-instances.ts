import { takeSnapshot } from '../model/snapshot.ts';
import type { Job } from '../transfer/job.ts';

/** ms between two announcements of one background fetch */
const announcementInterval = 50;

/**
 * Update background fetch instances: tells every context each change of a background fetch, until the result is
 * called. What each context does with it is in background-fetch-registration.ts.
 * https://wicg.github.io/background-fetch/#update-background-fetch-instance-algorithm
 *
 * Answers the issue at the algorithm's end: changes that come within 50 ms are told as one, the last always.
 */
export function updateInstances(job: Job): () => void {
  const { announcements, clock, display } = job.workshop.ports;
  let cancelTimer: (() => void) | null = null;
  let due = false;
  const publish = (): void => {
    const snapshot = takeSnapshot(job.fetch, job.totals);
    announcements.publish(snapshot);
    display.update(snapshot, job.fetch);
  };
  const tell = (): void => {
    due = false;
    cancelTimer = clock.setTimer(announcementInterval, () => {
      cancelTimer = null;
      if (due) tell();
    });
    publish();
  };
  job.onChange = () => {
    due = true;
    if (!cancelTimer) tell();
  };
  // the caller that resumed the fetch is waiting to hear of it
  tell();
  return () => {
    cancelTimer?.();
    job.onChange = () => {};
    // nothing else follows, and the caller that paused the fetch is waiting, too
    if (job.interruption === 'stopped') publish();
  };
}
