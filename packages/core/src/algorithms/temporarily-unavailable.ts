import type { Job } from '../transfer/job.ts';

/**
 * Waits until a resource that was temporarily unavailable may be available again.
 * https://wicg.github.io/background-fetch/#infrastructure
 *
 * A host that believes to be offline may be wrong, so it is asked again on a timer, too. A clock that was set back
 * must not keep a record waiting: no wait is longer than the longest the rules allow.
 * @param probes how often in a row the network was found missing
 * @throws InterruptedError
 */
export async function waitForRetry(job: Job, index: number, probes: number): Promise<void> {
  const { clock } = job.workshop.ports;
  const { retry } = job.workshop.options;
  const record = job.record(index);
  if (record.state === 'offline') {
    const delay = Math.min(retry.firstDelay * 2 ** Math.max(0, probes - 1), retry.longestDelay);
    await wait(job, delay, true);
  } else if (record.state === 'backing-off') {
    const delay = Math.min(record.until - clock.now(), Math.max(retry.longestRetryAfter, retry.longestDelay));
    if (delay > 0) await wait(job, delay, false);
  }
}

function wait(job: Job, delay: number, untilOnline: boolean): Promise<void> {
  const { clock, connectivity } = job.workshop.ports;
  const { signal } = job;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancelTimer();
      stopListening();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    const onDue = (): void => {
      end();
      resolve();
    };
    const cancelTimer = clock.setTimer(delay, onDue);
    const stopListening = untilOnline ? connectivity.onOnline(onDue) : () => {};
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
