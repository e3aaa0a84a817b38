import type { FetchKey } from '../model/background-fetch.ts';
import type { ClientPorts } from '../ports.ts';
import { type Claim, HeldFetch } from './held-fetch.ts';

/** The lock that those share who have something of a background fetch in hand; who deletes it holds it alone. */
export function readingLock(key: FetchKey): string {
  return `background-fetch reading ${key}`;
}

/** How long something stays that nobody reads, once the records were released. */
interface Patience {
  /** ms; a record whose response nobody has asked for lasts one turn */
  readonly turn: number;
  /** turns that a response lasts, from each read on */
  readonly unread: number;
}

/** A minute for a record, ten for a response: who has it may do other things first, but the disk is not theirs. */
const patience: Patience = { turn: 60_000, unread: 10 };
/**
 * In a worker, 5 s for a record: what its event handlers want, they read before they end, and a worker is ended soon
 * after them. What it holds until then is freed at the next visit only.
 */
const workersPatience: Patience = { turn: 5000, unread: 120 };

/**
 * Keeps the bytes of one record stored while something of it is in hand: until it is ended, or was collected, or the
 * app's time for it is over.
 */
export class Hold {
  readonly #holds: Holds;
  readonly #fetch: HeldFetch;
  readonly #claim: Claim;

  /** @param fetch one that has not ended */
  constructor(holds: Holds, fetch: HeldFetch) {
    const claim = fetch.add();
    this.#holds = holds;
    this.#fetch = fetch;
    this.#claim = claim;
    holds.ports.onCollected?.(this, () => fetch.end(claim));
  }

  /** One more of the same background fetch. This one must not have ended. */
  another(): Hold {
    return new Hold(this.#holds, this.#fetch);
  }

  /** Does what needs the bytes. Rejects if they are kept no longer. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    const [fetch, claim] = [this.#fetch, this.#claim];
    if (!fetch.has(claim)) throw this.#holds.reason();
    claim.turns = this.#holds.patience.unread;
    claim.readers++;
    try {
      return await work();
    } finally {
      claim.readers--;
      fetch.check(claim);
    }
  }

  /** From the release on, it is to last for so many turns only. */
  lastFor(turns: number): void {
    this.#claim.turns = turns;
    this.#fetch.check(this.#claim);
  }

  end(): void {
    this.#fetch.end(this.#claim);
  }
}

interface Sharing {
  readonly fetch: Promise<HeldFetch | null>;
  /** Settles when the lock is free of this context. */
  readonly done: Promise<unknown>;
}

/** What a context has in hand of all background fetches: one lock for each, however many records there are. */
export class Holds {
  readonly ports: ClientPorts;
  readonly patience: Patience;
  readonly #fetches = new Map<FetchKey, Sharing>();
  #closed = false;
  /** Why something is kept no longer. */
  reason: () => Error = recordsReleased;

  /** @param handlesEvents whether this is the worker whose event handlers hold the records */
  constructor(ports: ClientPorts, handlesEvents: boolean) {
    this.ports = ports;
    this.patience = handlesEvents ? workersPatience : patience;
  }

  /** Begins to hold a background fetch; null if it is being deleted, or waits for that. */
  async begin(key: FetchKey): Promise<Hold | null> {
    const fetch = await (this.#fetches.get(key) ?? this.#share(key)).fetch;
    return fetch?.ended ? await this.begin(key) : fetch && new Hold(this, fetch);
  }

  #share(key: FetchKey): Sharing {
    let done: Promise<unknown> = Promise.resolve();
    const fetch = new Promise<HeldFetch | null>((resolve, reject) => {
      const forget = (): void => void this.#fetches.delete(key);
      const { lock, clock } = this.ports;
      done = lock
        .share(readingLock(key), () => {
          return new Promise((letGo) => {
            const end = (): void => {
              forget();
              letGo();
            };
            resolve(new HeldFetch(clock, this.patience.turn, end));
          });
        })
        .then((shared) => {
          if (shared) return;
          forget();
          resolve(null);
        });
      done.catch((error) => {
        forget();
        reject(error);
      });
    });
    const sharing = { fetch, done };
    this.#fetches.set(key, sharing);
    return sharing;
  }

  /** The records of a background fetch were released: from now on, time runs for what is in hand of them. */
  release(key: FetchKey): void {
    this.#fetches.get(key)?.fetch.then(
      (fetch) => {
        fetch?.release();
        if (this.#closed) fetch?.endAll();
      },
      () => {},
    );
  }

  /** From now on, nothing is kept once its records are released. Resolves as `letGo()`. */
  async close(reason: () => Error): Promise<void> {
    this.reason = reason;
    this.#closed = true;
    await this.letGo();
  }

  /** Ends what is in hand of records that were released. Resolves when they may be deleted. */
  async letGo(): Promise<void> {
    await Promise.all(
      Array.from(this.#fetches.values(), async ({ fetch, done }) => {
        const held = await fetch.catch(() => null);
        if (!held?.released) return;
        held.endAll();
        await done;
      }),
    );
  }
}

export function recordsReleased(): DOMException {
  return new DOMException(
    'The records of this background fetch are no longer available: read them before its event ends, or soon after',
    'InvalidStateError',
  );
}
