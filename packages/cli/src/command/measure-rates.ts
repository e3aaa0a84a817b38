import { setTimeout as delay } from 'node:timers/promises';
import type { FetchStatus } from '../daemon/status.ts';
import type { ListedFetch } from './list-table.ts';
import { RateMeter } from './progress/rate-meter.ts';
import type { Session } from './session.ts';

/** ms: what comes is told with the checkpoints, which are at most 1 s apart */
const longest = 1500;

/** Looks at fetches that are under way for a moment, and tells how fast they are. */
export async function measureRates(
  session: Session,
  fetches: readonly FetchStatus[],
): Promise<ListedFetch[]> {
  const active = fetches.filter(({ state }) => state === 'active').map(({ id }) => id);
  const meters = new Map(active.map((id) => [id, new RateMeter()]));
  const latest = new Map(fetches.map((fetch) => [fetch.id, fetch]));
  if (active.length > 0) {
    const following = session.call('follow', { fetches: active }, ({ fetch }) => {
      latest.set(fetch.id, fetch);
      meters.get(fetch.id)?.add(fetch.downloaded, performance.now());
    });
    // it goes on until the connection is closed
    following.catch(() => {});
    await Promise.race([following, delay(longest)]);
  }
  return fetches.map(({ id }) => {
    const fetch = latest.get(id) as FetchStatus;
    return {
      fetch,
      rate: fetch.state === 'active' ? (meters.get(id)?.rate(performance.now()) ?? null) : null,
    };
  });
}
