import type { FetchKey } from '../model/background-fetch.ts';
import type { ClientPorts } from '../ports.ts';

/**
 * The name of the lock that all who have something of a background fetch in hand share; whoever deletes the fetch
 * holds it alone.
 */
export function readingLock(key: FetchKey): string {
  return `background-fetch reading ${key}`;
}

/** ms that a response stays after the release of the records, and after each read, while nobody reads it */
const unreadFor = 600_000;
/** ms that a record stays after the release whose response nobody has asked for */
const unaskedFor = 60_000;
/**
 * ms for which a record that nobody has asked for its response is held in a worker: its event handlers read before
 * they end, and it is ended soon after them. Bytes that it still holds then are freed at the next visit only.
 */
const unaskedInWorkerFor = 5000;

/**
 * The claim that keeps one record. It must not lead to anything that the app has, which would never be collected
 * then.
 */
interface Claim {
  /** Turns that it lasts after the release. */
  turns: number;
  /** The number of readers that wait for bytes of it right now. */
  readers: number;
}

/** The holds of this context on one background fetch. */
class HeldFetch {
  readonly #ports: ClientPorts;
  readonly #turn: number;
  readonly #letGo: () => void;
  readonly #claims = new Set<Claim>();
  #released = false;
  #cancelTimer = (): void => {};

  /**
   * @param turn ms
   * @param letGo called when nothing of it is in hand any more
   */
  constructor(ports: ClientPorts, turn: number, letGo: () => void) {
    this.#ports = ports;
    this.#turn = turn;
    this.#letGo = letGo;
  }

  /** Keeps one record more, as long as `hold` is not collected. */
  add(hold: Hold): Claim {
    const claim = { turns: 1, readers: 0 };
    this.#claims.add(claim);
    this.#ports.onCollected?.(hold, () => this.end(claim));
    return claim;
  }

  async read<T>(claim: Claim, work: () => Promise<T>): Promise<T> {
    if (!this.#claims.has(claim)) throw recordsReleased();
    claim.turns = unreadFor / this.#turn;
    claim.readers++;
    try {
      return await work();
    } finally {
      claim.readers--;
      this.check(claim);
    }
  }

  check(claim: Claim): void {
    if (this.#released && claim.turns <= 0 && claim.readers === 0) this.end(claim);
  }

  end(claim: Claim): void {
    if (!this.#claims.delete(claim) || this.#claims.size > 0) return;
    this.#cancelTimer();
    this.#letGo();
  }

  /** The records are being released. Before this, a hold costs nothing, and stays. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#pass(0);
  }

  #pass(turns: number): void {
    for (const claim of this.#claims) {
      if (claim.readers === 0) claim.turns -= turns;
      this.check(claim);
    }
    if (this.#claims.size > 0)
      this.#cancelTimer = this.#ports.clock.setTimer(this.#turn, () => this.#pass(1));
  }
}

/**
 * Keeps the bytes of one record stored while something of it is in hand: until it is ended, or was collected, or its
 * time is over.
 */
export class Hold {
  readonly #fetch: HeldFetch;
  readonly #claim: Claim;

  /** @param fetch one of which something is in hand */
  constructor(fetch: HeldFetch) {
    this.#fetch = fetch;
    this.#claim = fetch.add(this);
  }

  /** Makes another hold on the same background fetch. This one must not have ended. */
  another(): Hold {
    return new Hold(this.#fetch);
  }

  /** Does work that needs the bytes. Rejects if they are kept no longer. */
  read<T>(work: () => Promise<T>): Promise<T> {
    return this.#fetch.read(this.#claim, work);
  }

  /** Has the hold end at the release, or a turn later, because nobody is expected to read more. */
  lastFor(turns: 0 | 1): void {
    this.#claim.turns = turns;
    this.#fetch.check(this.#claim);
  }

  end(): void {
    this.#fetch.end(this.#claim);
  }
}

/** The holds of a context on all background fetches: one lock for each, however many records there are. */
export class Holds {
  readonly #ports: ClientPorts;
  readonly #turn: number;
  readonly #fetches = new Map<FetchKey, HeldFetch>();

  /** @param inWorker whether event handlers hold the records here */
  constructor(ports: ClientPorts, inWorker: boolean) {
    this.#ports = ports;
    this.#turn = inWorker ? unaskedInWorkerFor : unaskedFor;
  }

  /** Begins to hold a background fetch; null if it is being deleted, or is about to be. */
  begin(key: FetchKey): Promise<Hold | null> {
    return new Promise((resolve, reject) => {
      const begin = (letGo: () => void): void => {
        let fetch = this.#fetches.get(key);
        if (fetch) letGo();
        else {
          fetch = new HeldFetch(this.#ports, this.#turn, () => {
            this.#fetches.delete(key);
            letGo();
          });
          this.#fetches.set(key, fetch);
        }
        resolve(new Hold(fetch));
      };
      if (this.#fetches.has(key)) begin(() => {});
      else
        this.#ports.lock
          .share(readingLock(key), () => new Promise(begin))
          .then((shared) => shared || resolve(null), reject);
    });
  }

  /** The records of a background fetch were released: from now on, time runs for what is in hand of them. */
  release(key: FetchKey): void {
    this.#fetches.get(key)?.release();
  }
}

/** The error for records that were released: an InvalidStateError. */
export function recordsReleased(): DOMException {
  return new DOMException(
    'The records of this background fetch are no longer available: read them before its event ends, or soon after',
    'InvalidStateError',
  );
}
