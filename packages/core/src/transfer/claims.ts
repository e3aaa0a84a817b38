import type { RecordPool } from './record-pool.ts';

/** A record that wants to make a request to an origin. */
export interface Claim {
  readonly fetchOrder: number;
  readonly recordIndex: number;
  /** The offset in the body at which the request begins, in bytes. */
  readonly position: number;
  /** Whether some of the record's body is stored: it comes before those of its fetch that have not begun. */
  readonly begun: boolean;
  /** Whether the record has not asked in this run: what was found out before it came says nothing of now. */
  readonly isNew?: boolean | undefined;
  /** Whether its request may be sent again if nothing comes of it; true if nothing is said. */
  readonly isRepeatable?: boolean | undefined;
  readonly pool: RecordPool;
  /** Aborted when the request is no longer wanted. */
  readonly signal: AbortSignal;
  /** Functions that are called when the wait ends: many listeners of one signal would take ever longer to add. */
  readonly waits: Set<() => void>;
  /** ms for which an outage of the origin is borne */
  readonly patience: number;
  /** Since when the record has waited for the origin to answer, in ms since the epoch; null if it did not ask yet. */
  readonly since: number | null;
  /** Gives the connection up for a background fetch that has none, with what came kept; absent where that is not possible. */
  readonly giveUp?: (() => void) | undefined;
}

/** A claim that waits. */
export interface WaitingClaim extends Claim {
  /** The name of the record in its pool. */
  readonly record: string;
  /** Whether the claim was granted, given up, or refused: the queues drop it when they come to it. */
  over: boolean;
  readonly grant: () => void;
  /** The origin was silent for longer than the claim bears. */
  readonly refuse: () => void;
}

/** Claims in the order of their records: it takes the same time for each of 100,000 as for one. */
class ClaimQueue {
  #claims: WaitingClaim[] = [];
  /** The index of the first claim that is not over. */
  #first = 0;

  /** Claims come in their order as a rule, so the place is found from behind. */
  add(claim: WaitingClaim): void {
    let at = this.#claims.length;
    while (at > this.#first && comesBefore(claim, this.#claims[at - 1] as WaitingClaim)) at--;
    if (at === this.#claims.length) this.#claims.push(claim);
    else this.#claims.splice(at, 0, claim);
  }

  peek(): WaitingClaim | undefined {
    while (this.#claims[this.#first]?.over) this.#advance();
    return this.#claims[this.#first];
  }

  *[Symbol.iterator](): Generator<WaitingClaim> {
    for (let i = this.#first; i < this.#claims.length; i++) {
      const claim = this.#claims[i] as WaitingClaim;
      if (!claim.over) yield claim;
    }
  }

  #advance(): void {
    this.#first++;
    if (this.#first < 1024 || this.#first * 2 < this.#claims.length) return;
    this.#claims = this.#claims.slice(this.#first);
    this.#first = 0;
  }
}

/** The claims of one background fetch on one origin. */
export class FetchClaims {
  readonly #begun = new ClaimQueue();
  readonly #fresh = new ClaimQueue();
  /** Further requests of records that have one under way. */
  readonly #more = new ClaimQueue();

  constructor(readonly fetchOrder: number) {}

  add(claim: WaitingClaim): void {
    const queue = claim.pool.count(claim.record) > 0 ? this.#more : claim.begun ? this.#begun : this.#fresh;
    queue.add(claim);
  }

  /** The claim that comes next, undefined if the pools admit none. */
  next(): WaitingClaim | undefined {
    for (const claim of [this.#begun.peek(), this.#fresh.peek()]) {
      if (claim?.pool.admits(claim.record, claim.fetchOrder)) return claim;
    }
    for (const claim of this.#more) if (claim.pool.admits(claim.record, claim.fetchOrder)) return claim;
    return undefined;
  }

  get isEmpty(): boolean {
    return !this.#begun.peek() && !this.#fresh.peek() && !this.#more.peek();
  }

  *[Symbol.iterator](): Generator<WaitingClaim> {
    yield* this.#begun;
    yield* this.#fresh;
    yield* this.#more;
  }
}

/** Whether a claim stands before another in the order of fetches, records and positions. */
export function comesBefore(a: Claim, b: Claim): boolean {
  return (a.fetchOrder - b.fetchOrder || a.recordIndex - b.recordIndex || a.position - b.position) < 0;
}
