import type { FetchKey } from '../model/background-fetch.ts';
import type { StoredRecord } from '../model/record.ts';
import type { BackgroundFetchSnapshot } from '../model/snapshot.ts';
import type { ClientPorts } from '../ports.ts';

/** A registration object, as the algorithms see it. */
export interface Instance {
  /** Its part of updating background fetch instances. */
  applyUpdate(snapshot: BackgroundFetchSnapshot): void;
}

/** What a context's API shares. https://wicg.github.io/background-fetch/#realms */
export interface Realm {
  readonly ports: ClientPorts;
  /** BackgroundFetchRegistration instances: at most one for each background fetch. */
  readonly instances: Map<FetchKey, Instance>;
  readonly records: RecordWatch;
  /** Whether settled bodies are given as Blobs: only where nothing is released while they may be read. */
  readonly givesBlobs: boolean;
}

/** Reads records for all who wait for a change of them: once for each change, however many wait. */
export class RecordWatch {
  readonly #ports: ClientPorts;
  readonly #known = new Map<FetchKey, Promise<StoredRecord[]>>();
  readonly #waiting = new Map<FetchKey, (() => void)[]>();

  constructor(ports: ClientPorts) {
    this.#ports = ports;
    ports.announcements.subscribe(({ key }) => this.#changed(key));
  }

  /** The record as it was at the last change. */
  async read(key: FetchKey, index: number): Promise<StoredRecord | undefined> {
    let records = this.#known.get(key);
    if (!records) {
      records = this.#ports.store.transact('read', (transaction) => transaction.listRecords(key));
      this.#known.set(key, records);
      records.catch(() => this.#known.delete(key));
    }
    return (await records)[index];
  }

  /** Resolves at the next change of a background fetch, or after a while: an announcement can get lost with its sender. */
  change(key: FetchKey): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key);
      if (waiting) {
        waiting.push(resolve);
        return;
      }
      this.#waiting.set(key, [resolve]);
      this.#ports.clock.setTimer(5000, () => this.#changed(key));
    });
  }

  #changed(key: FetchKey): void {
    this.#known.delete(key);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    for (const resolve of waiting ?? []) resolve();
  }
}

/** @param givesBlobs true for the context whose event handlers hold the records */
export function createRealm(ports: ClientPorts, givesBlobs: boolean): Realm {
  const realm: Realm = { ports, instances: new Map(), records: new RecordWatch(ports), givesBlobs };
  ports.announcements.subscribe((snapshot) => {
    realm.instances.get(snapshot.key)?.applyUpdate(snapshot);
    // nothing will be told of it any more; who holds it keeps it
    if (!snapshot.recordsAvailable) realm.instances.delete(snapshot.key);
  });
  return realm;
}
