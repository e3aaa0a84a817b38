import type { Lease } from '../ports.ts';
import type { WaitingClaim } from './claims.ts';
import type { Origin } from './origin.ts';

/** The right to have one request under way. */
export interface Place {
  readonly origin: Origin;
  /** Whether it was granted to ask during an outage. */
  readonly isTurn: boolean;
  /** Whether others were under way at the same time, so that this one may have been refused for being one too many. */
  readonly hasCompany: boolean;
  /** Whether others were under way at the same time and one of them was answered meanwhile: the origin is there. */
  readonly hasAnsweredCompany: boolean;
  /** ms until the request was answered; 0 before that */
  readonly answeredAfter: number;
  /** The origin answered the request. */
  answered(multiplexed: boolean): void;
  /** Nobody answered the request, and nobody seems to be there. */
  silent(): void;
  /** The origin refused the request because of the others. */
  crowded(): void;
  /**
   * The request failed, and nothing says why: because of the others, if one of those that are under way now is
   * answered.
   */
  unexplained(): void;
  /** Leaves the place to others while the server takes its time to answer, if not too many have done so. */
  giveWay(): void;
  /** Gives the place to the next one. Does nothing the second time. */
  release(): void;
}

/** A place as its origin sees it. */
export class GrantedPlace implements Place {
  hasCompany = false;
  wasAnswered = false;
  answeredAfter = 0;
  /** The time at which the request could begin, in ms since the epoch. */
  openedAt: number;
  /** Whether another request was answered while this one was under way. */
  sawAnswer = false;
  isYielding = false;
  isReleased = false;
  lease: Lease | null = null;
  /** Ends the wait for a lease, while there is one. */
  stopWaiting: (() => void) | null = null;

  /**
   * @param turn the number of its turn to ask during an outage, null outside of one
   * @param grantedAt ms since the epoch
   */
  constructor(
    readonly origin: Origin,
    readonly claim: WaitingClaim,
    readonly turn: number | null,
    readonly grantedAt: number,
  ) {
    this.openedAt = grantedAt;
  }

  get isTurn(): boolean {
    return this.turn !== null;
  }

  get hasAnsweredCompany(): boolean {
    return this.sawAnswer || this.origin.hasAnswered(this);
  }

  answered(multiplexed: boolean): void {
    this.wasAnswered = true;
    this.origin.noteAnswer(this, multiplexed);
  }

  silent(): void {
    this.origin.noteSilence(this);
  }

  crowded(): void {
    this.origin.noteRefusal(this);
  }

  unexplained(): void {
    this.origin.noteUnexplained(this);
  }

  giveWay(): void {
    if (this.isReleased || !this.origin.letsGiveWay(this)) return;
    this.#leave();
  }

  release(): void {
    this.origin.endsGivingWay(this);
    if (!this.isReleased) this.#leave();
  }

  #leave(): void {
    this.isReleased = true;
    this.lease?.release();
    this.origin.giveBack(this);
  }
}
