import type { Job } from '../transfer/job.ts';
import { Outage } from '../transfer/outage.ts';
import type { Transfer } from '../transfer/transfer.ts';

/**
 * Waits until a resource that was temporarily unavailable may be available again, or the job is interrupted.
 * https://wicg.github.io/background-fetch/#infrastructure
 *
 * A host that believes to be offline may be wrong, so it is asked again on a timer, too. A clock that was set back
 * must not keep a record waiting: no wait is longer than the longest the rules allow.
 */
export async function waitForRetry(transfer: Transfer): Promise<void> {
  const { record, ports, options, job } = transfer;
  const { longestDelay, longestRetryAfter } = options.retry;
  if (record.state === 'offline') await untilDue(job, (goOn) => awaitNetwork(transfer, goOn));
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

function awaitNetwork({ ports, options, job, origin }: Transfer, goOn: () => void): () => void {
  const outage = job.outages.get(origin) ?? new Outage();
  job.outages.set(origin, outage);
  outage.add(goOn, ports.clock, options.retry);
  const stopListening = ports.connectivity.onOnline(goOn);
  return () => {
    outage.delete(goOn);
    stopListening();
  };
}

/** Lets those go on that wait for the network to an origin: there is one, or who asked will not ask again. */
export function endOutage({ job, origin }: Transfer): void {
  const outage = job.outages.get(origin);
  job.outages.delete(origin);
  outage?.end();
}
