import type { FetchKey } from '../model/background-fetch.ts';
import type { StoredRecord } from '../model/record.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { ClientPorts } from '../ports.ts';
import { Holds } from './holds.ts';

/** A registration object, as the algorithms see it. */
export interface Instance {
  /** The snapshot that the instance shows. */
  readonly snapshot: BackgroundFetchSnapshot;
  /** Applies a snapshot: the instance's part of updating background fetch instances. */
  applyUpdate(snapshot: BackgroundFetchSnapshot): void;
}

/** The records of a background fetch between two of its changes. */
export interface Sight {
  readonly records: Promise<StoredRecord[]>;
  /** Resolves at the next change, or after a while: an announcement can get lost with its sender. */
  readonly changed: Promise<void>;
}

/** The state that the API of a context shares. https://wicg.github.io/background-fetch/#realms */
export interface Realm {
  readonly ports: ClientPorts;
  /** BackgroundFetchRegistration instances: at most one for each background fetch. */
  readonly instances: Map<FetchKey, Instance>;
  /** Whether settled bodies are given as Blobs: only where nothing is released while they may be read. */
  readonly givesBlobs: boolean;
  /** The holds that keep bytes for those who have records and responses in hand. */
  readonly holds: Holds;
  /** Applies what is known of a background fetch to what this context shows of it. */
  update(snapshot: BackgroundFetchSnapshot): void;
  /** Reads the records for all who want to see them: once for each change, however many there are. */
  watch(key: FetchKey): Sight;
}

/** ms after which records are read again although no change was announced */
const longestSight = 5000;

/** @param givesBlobs true for the context whose event handlers hold the records */
export function createRealm(ports: ClientPorts, givesBlobs: boolean): Realm {
  const { store, announcements, clock } = ports;
  const instances = new Map<FetchKey, Instance>();
  const holds = new Holds(ports, givesBlobs);
  const sights = new Map<FetchKey, Sight & { readonly end: () => void }>();
  const update = (snapshot: BackgroundFetchSnapshot): void => {
    const { key } = snapshot;
    sights.get(key)?.end();
    const instance = instances.get(key);
    if (instance && instance.snapshot.order !== snapshot.order) {
      // the snapshot is of another fetch of this key, which went on from what the known one had left
      if (!snapshot.recordsAvailable) announcements.follow(key);
      return;
    }
    instance?.applyUpdate(snapshot);
    if (snapshot.recordsAvailable) return;
    // No further announcements follow. Scripts that hold the object keep it.
    instances.delete(key);
    holds.release(key);
  };
  announcements.subscribe(update);
  const watch = (key: FetchKey): Sight => {
    const known = sights.get(key);
    if (known) return known;
    const records = store.read((transaction) => transaction.listRecords(key));
    let end = (): void => {};
    const changed = new Promise<void>((resolve) => {
      end = () => {
        cancelTimer();
        sights.delete(key);
        resolve();
      };
    });
    const cancelTimer = clock.setTimer(longestSight, end);
    records.catch(end);
    const sight = { records, changed, end };
    sights.set(key, sight);
    return sight;
  };
  return { ports, instances, givesBlobs, holds, update, watch };
}
