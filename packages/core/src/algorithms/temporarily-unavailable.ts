import type { Job } from '../transfer/job.ts';
import type { Transfer } from '../transfer/transfer.ts';

/**
 * Waits until a resource that was temporarily unavailable may be available again, or the job is interrupted. One whose
 * origin does not answer waits for its turn there, see `Origin.acquire`.
 * https://wicg.github.io/background-fetch/#infrastructure
 *
 * A clock that was set back must not keep a record waiting: no wait is longer than the longest the rules allow.
 */
export async function waitForRetry({ record, ports, options, job }: Transfer): Promise<void> {
  const { longestDelay, longestRetryAfter } = options.retry;
  if (record.state !== 'backing-off') return;
  const delay = Math.min(record.until - ports.clock.now(), Math.max(longestRetryAfter, longestDelay));
  if (delay > 0) await untilDue(job, (goOn) => ports.clock.setTimer(delay, goOn));
}

/** @param begin begins to wait, and returns what ends that */
function untilDue({ waits }: Job, begin: (goOn: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      waits.delete(end);
      stop();
      resolve();
    };
    const stop = begin(end);
    waits.add(end);
  });
}
