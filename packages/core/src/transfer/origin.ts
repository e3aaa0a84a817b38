import type { Clock, Connections, Connectivity, Lease, Random } from '../ports.ts';
import { type Claim, FetchClaims, type WaitingClaim } from './claims.ts';
import type { EngineOptions } from './options.ts';
import { Outage } from './outage.ts';
import { GrantedPlace, type Place } from './place.ts';
import { Refusals } from './refusals.ts';

/** The ports that an origin needs. */
export interface OriginPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly connectivity: Connectivity;
  readonly connections?: Connections | undefined;
}

/** ms within which a small body is over */
const brisk = 250;
/** The factor by which more requests are made at a time where they share one connection. */
const multiplexedFactor = 4;
/** Requests whose answers are waited for without a place: a server that answers none gets no more than these. */
const mostGivingWay = 16;

/**
 * The knowledge about one origin that all records of an engine share: whether it answers, whether it wants a pause,
 * how many requests it bears at a time. Whoever makes a request to it asks for a place first. Nothing of it is at
 * rest.
 */
export class Origin {
  /** The time at which a request was answered last, in ms since the epoch; null if none was. */
  answeredAt: number | null = null;
  /** The number of outages that have ended. */
  outages = 0;
  readonly #name: string;
  readonly #ports: OriginPorts;
  readonly #options: EngineOptions;
  readonly #fillAll: () => void;
  readonly #places = new Set<GrantedPlace>();
  /** Places that were given to others while an answer is waited for. */
  readonly #givingWay = new Set<GrantedPlace>();
  /** The claims that wait, in the order of fetches. */
  #waiting: FetchClaims[] = [];
  readonly #refusals: Refusals;
  readonly #outage: Outage;
  #pausedUntil = 0;
  #cancelPause: (() => void) | null = null;
  #multiplexed = false;
  /** Whether the body that ended last was under way for a moment only: then the page waits no longer for a connection. */
  #isBrisk = false;

  /** @param fillAll looks at all origins for who may begin: a record that ended leaves room for one of any origin */
  constructor(name: string, ports: OriginPorts, options: EngineOptions, fillAll: () => void) {
    this.#name = name;
    this.#ports = ports;
    this.#options = options;
    this.#fillAll = fillAll;
    this.#refusals = new Refusals(ports.clock);
    this.#outage = new Outage(ports, options.retry, () => this.fill());
  }

  /** Whether nobody uses the origin or waits for it. */
  get isIdle(): boolean {
    return this.#places.size + this.#givingWay.size + this.#waiting.length === 0;
  }

  /** Whether requests were refused lately for being too many: the next refusal may still be due to these. */
  get wasCrowded(): boolean {
    return this.#refusals.areRecent;
  }

  /** Whether one request more is being tried than it bore. */
  get isTrying(): boolean {
    return this.#refusals.isTrying;
  }

  /** Whether it has refused a request for being one too many, beyond doubt: it was served later. */
  get hasLimit(): boolean {
    return this.#refusals.areProven;
  }

  /** A record was served that had been refused before. */
  provesLimit(): void {
    this.#refusals.prove();
  }

  /**
   * Resolves with a place once there is one; with null if the origin has not answered for longer than the claim bears.
   * Rejects with the signal's reason if that is aborted before.
   */
  acquire(claim: Claim): Promise<Place | null> {
    const { signal, waits } = claim;
    if (signal.aborted) return Promise.reject(signal.reason);
    // nobody was left to find out that the outage is over
    if (claim.isNew && this.isIdle) this.#outage.askNow();
    else if (this.#outage.exceeds(claim)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.over = true;
        waits.delete(onAbort);
        this.#dropIfEmpty(claims);
      };
      const onAbort = (): void => {
        end();
        this.#watch();
        reject(signal.reason);
      };
      const waiting: WaitingClaim = {
        ...claim,
        record: `${claim.fetchOrder} ${claim.recordIndex}`,
        over: false,
        grant: () => {
          end();
          this.#grant(waiting).then(resolve, reject);
        },
        refuse: () => {
          end();
          resolve(null);
        },
      };
      waits.add(onAbort);
      const claims = this.#claimsOf(claim.fetchOrder);
      claims.add(waiting);
      this.fill();
    });
  }

  /** Makes no request for a while: the origin wants to be left alone. What is under way goes on. */
  pause(duration: number): void {
    const { longestRetryAfter } = this.#options.retry;
    this.#cancelPause?.();
    this.#cancelPause = null;
    this.#pausedUntil = Math.max(
      this.#pausedUntil,
      this.#ports.clock.now() + Math.min(duration, longestRetryAfter),
    );
  }

  /** Pauses for about the first delay of the retry policy, or for longer if `duration` (ms) is. */
  pauseForAMoment(duration = 0): void {
    const moment = this.#options.retry.firstDelay * (0.5 + this.#ports.random.next() / 2);
    this.pause(Math.max(duration, moment));
  }

  /** Takes back so many refusals of too many requests: they were none. */
  forgive(count: number): void {
    this.#refusals.forgive(count);
  }

  /** Lets those begin that may. */
  fill(): void {
    if (this.#waiting.length > 0 && !this.#isPaused()) {
      for (let claim = this.#next(); claim; claim = this.#next()) claim.grant();
      this.#makeRoom();
    }
    this.#watch();
  }

  #isPaused(): boolean {
    const { clock } = this.#ports;
    // a clock that was set back must not keep it waiting
    const left = Math.min(this.#pausedUntil - clock.now(), this.#options.retry.longestRetryAfter);
    if (left <= 0) return false;
    this.#cancelPause ??= clock.setTimer(left, () => {
      this.#cancelPause = null;
      this.fill();
    });
    return true;
  }

  /** Keeps no timer that nobody waits for, and somebody's turn in sight during an outage. */
  #watch(): void {
    const isWanted = this.#waiting.length > 0;
    if (!isWanted) {
      this.#cancelPause?.();
      this.#cancelPause = null;
    }
    this.#outage.watch(isWanted);
  }

  /** Requests at a time. */
  get #limit(): number {
    const { connectionsPerOrigin, briskConnectionsPerOrigin } = this.#options;
    const most = this.#isBrisk ? briskConnectionsPerOrigin : connectionsPerOrigin;
    return this.#refusals.limit(most * (this.#multiplexed ? multiplexedFactor : 1));
  }

  #next(): WaitingClaim | undefined {
    if (this.#outage.isOn) return this.#outage.takeTurn(this.#admitted());
    const limit = this.#limit;
    const size = this.#places.size;
    if (size > limit) return undefined;
    let next: WaitingClaim | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const claims of this.#waiting) {
      const count = this.#count(claims.fetchOrder);
      // a fetch that has no place gets one more: it would wait until another's body is complete
      if (count >= fewest || (size === limit && (count > 0 || this.#refusals.areRecent))) continue;
      const claim = claims.next();
      if (!claim) continue;
      next = claim;
      fewest = count;
      if (count === 0) break;
    }
    return next;
  }

  /** Has fetches that have several connections give some up for fetches that have none. */
  #makeRoom(): void {
    if (this.#outage.isOn) return;
    let wanted = 0;
    for (const claims of this.#waiting) {
      if (wanted >= this.#limit) break;
      if (this.#count(claims.fetchOrder) === 0 && claims.next()) wanted++;
    }
    for (const { isYielding } of this.#places) if (isYielding) wanted--;
    while (wanted-- > 0) {
      const youngest = [...this.#places].reverse();
      const most = Math.max(...youngest.map(({ claim }) => this.#count(claim.fetchOrder, true)));
      const place =
        most > 1 &&
        youngest.find(
          ({ claim, isYielding }) =>
            claim.giveUp && !isYielding && this.#count(claim.fetchOrder, true) === most,
        );
      if (!place) return;
      place.isYielding = true;
      place.claim.giveUp?.();
      place.stopWaiting?.();
    }
  }

  /** The number of requests of a fetch that are under way here. */
  #count(fetchOrder: number, staying = false): number {
    let count = 0;
    for (const { claim, isYielding } of this.#places) {
      if (claim.fetchOrder === fetchOrder && !(staying && isYielding)) count++;
    }
    return count;
  }

  *#all(): Generator<WaitingClaim> {
    for (const claims of this.#waiting) yield* claims;
  }

  *#admitted(): Generator<WaitingClaim> {
    for (const claim of this.#all()) if (claim.pool.admits(claim.record, claim.fetchOrder)) yield claim;
  }

  #claimsOf(fetchOrder: number): FetchClaims {
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1] as FetchClaims).fetchOrder > fetchOrder) at--;
    const before = this.#waiting[at - 1];
    if (before?.fetchOrder === fetchOrder) return before;
    const claims = new FetchClaims(fetchOrder);
    this.#waiting.splice(at, 0, claims);
    return claims;
  }

  #dropIfEmpty(claims: FetchClaims): void {
    const at = claims.isEmpty ? this.#waiting.indexOf(claims) : -1;
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  async #grant(claim: WaitingClaim): Promise<Place> {
    const first = this.#count(claim.fetchOrder) === 0;
    const place = new GrantedPlace(this, claim, this.#outage.turn, this.#ports.clock.now());
    this.#places.add(place);
    claim.pool.add(claim.record, claim.fetchOrder);
    try {
      place.lease = await this.#lease(place, this.#limit + (first ? 1 : 0));
    } catch (error) {
      place.release();
      throw error;
    }
    place.openedAt = this.#ports.clock.now();
    for (const other of this.#places) if (other !== place) other.hasCompany = place.hasCompany = true;
    return place;
  }

  /** Waits for a connection that others of this host may have, as long as the claim's owner waits for it. */
  async #lease(place: GrantedPlace, limit: number): Promise<Lease | null> {
    const { connections } = this.#ports;
    if (!connections) return null;
    const { signal, waits } = place.claim;
    const controller = new AbortController();
    const end = (): void => controller.abort();
    waits.add(end);
    place.stopWaiting = end;
    try {
      return await connections.lease(this.#name, limit, controller.signal);
    } catch (error) {
      throw controller.signal.aborted ? signal.reason : error;
    } finally {
      waits.delete(end);
      place.stopWaiting = null;
    }
  }

  hasAnswered(place: GrantedPlace): boolean {
    for (const other of this.#places) if (other !== place && other.wasAnswered) return true;
    return false;
  }

  noteAnswer(place: GrantedPlace, multiplexed: boolean): void {
    this.#multiplexed = multiplexed;
    place.answeredAfter = Math.max(0, this.#ports.clock.now() - place.openedAt);
    for (const other of this.#places) if (other !== place) other.sawAnswer = true;
    this.#refusals.explain(place);
    this.isThere();
  }

  /** Somebody answers here: a request, or a probe, or records at rest show it. */
  isThere(): void {
    this.answeredAt = this.#ports.clock.now();
    if (!this.#outage.isOn) return;
    this.#outage.end();
    this.outages++;
    this.#refusals.forget();
    this.fill();
  }

  noteSilence({ claim }: GrantedPlace): void {
    this.#outage.begin(claim);
    for (const other of [...this.#all()]) if (this.#outage.exceeds(other)) other.refuse();
    this.#watch();
  }

  noteRefusal(place: GrantedPlace): void {
    const others = this.#places.size - (this.#places.has(place) ? 1 : 0);
    this.#refusals.add(others);
    // requests under way keep the place of the refused one; where there are none, the server is left alone for a moment
    if (others === 0) this.pauseForAMoment();
  }

  noteUnexplained(place: GrantedPlace): void {
    this.#refusals.suspect([...this.#places].filter((other) => other !== place));
  }

  /** Whether it may be given to others while its answer is waited for. */
  letsGiveWay(place: GrantedPlace): boolean {
    if (this.#givingWay.size >= mostGivingWay) return false;
    this.#givingWay.add(place);
    return true;
  }

  endsGivingWay(place: GrantedPlace): void {
    this.#givingWay.delete(place);
  }

  giveBack(place: GrantedPlace): void {
    this.#places.delete(place);
    // a clock that was set back tells nothing
    const took = Math.abs(this.#ports.clock.now() - place.grantedAt);
    this.#isBrisk = place.wasAnswered && took < brisk;
    this.#refusals.dismiss(place);
    place.claim.pool.delete(place.claim.record, place.claim.fetchOrder);
    this.#outage.turnIsOver(place.turn);
    this.#fillAll();
  }
}
