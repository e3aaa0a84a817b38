import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { Events } from '../ports.ts';

/**
 * Fires a background fetch click event: the user activated what shows the background fetch.
 * https://wicg.github.io/background-fetch/#fire-a-background-fetch-click-event-algorithm
 */
export function fireABackgroundFetchClickEvent(
  events: Events,
  snapshot: BackgroundFetchSnapshot,
): Promise<void> {
  return events.dispatch('backgroundfetchclick', snapshot);
}
