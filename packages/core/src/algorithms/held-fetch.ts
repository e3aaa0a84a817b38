import type { Clock } from '../ports.ts';

/** What keeps one record. It must not lead to anything that the app has, or that would never be collected. */
export interface Claim {
  /** Turns that it lasts after the release. */
  turns: number;
  /** How many wait for something of it right now. */
  readers: number;
}

/** What one context has in hand of one background fetch. */
export class HeldFetch {
  readonly #claims = new Set<Claim>();
  readonly #clock: Clock;
  readonly #turn: number;
  readonly #letGo: () => void;
  #cancelTimer = (): void => {};
  #released = false;
  #ended = false;

  /**
   * @param turn ms in a turn
   * @param letGo called once, when nothing is held any more
   */
  constructor(clock: Clock, turn: number, letGo: () => void) {
    this.#clock = clock;
    this.#turn = turn;
    this.#letGo = letGo;
  }

  /** Whether nothing was left of it, so that its bytes may be gone. */
  get ended(): boolean {
    return this.#ended;
  }

  get released(): boolean {
    return this.#released;
  }

  add(): Claim {
    const claim = { turns: 1, readers: 0 };
    this.#claims.add(claim);
    return claim;
  }

  has(claim: Claim): boolean {
    return this.#claims.has(claim);
  }

  /** To be called when a claim has become less. */
  check(claim: Claim): void {
    if (this.#released && claim.turns <= 0 && claim.readers === 0) this.end(claim);
  }

  end(claim: Claim): void {
    this.#claims.delete(claim);
    if (this.#ended || this.#claims.size > 0) return;
    this.#ended = true;
    this.#cancelTimer();
    this.#letGo();
  }

  endAll(): void {
    for (const claim of this.#claims) this.end(claim);
  }

  /** The records were released. Before that, what is held costs nothing, and lasts. */
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
    if (!this.#ended) this.#cancelTimer = this.#clock.setTimer(this.#turn, () => this.#pass(1));
  }
}
