import type { Transfer } from '../transfer/transfer.ts';

/**
 * Waits until a resource that was temporarily unavailable may be available again, or the job is interrupted.
 * https://wicg.github.io/background-fetch/#infrastructure
 *
 * A host that believes to be offline may be wrong, so it is asked again on a timer, too. A clock that was set back
 * must not keep a record waiting: no wait is longer than the longest the rules allow.
 * @param probes how often in a row the network was found missing
 */
export async function waitForRetry(transfer: Transfer, probes: number): Promise<void> {
  const { clock, connectivity } = transfer.ports;
  const { firstDelay, longestDelay, longestRetryAfter } = transfer.options.retry;
  const { waits } = transfer.job;
  const { record } = transfer;
  const isOffline = record.state === 'offline';
  if (!isOffline && record.state !== 'backing-off') return;
  const delay = isOffline
    ? Math.min(firstDelay * 2 ** Math.max(0, probes - 1), longestDelay)
    : Math.min(record.until - clock.now(), Math.max(longestRetryAfter, longestDelay));
  if (delay <= 0) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      waits.delete(end);
      cancelTimer();
      stopListening();
      resolve();
    };
    const cancelTimer = clock.setTimer(delay, end);
    const stopListening = isOffline ? connectivity.onOnline(end) : () => {};
    waits.add(end);
  });
}
