import { type Claim, comesBefore, type WaitingClaim } from './claims.ts';
import type { OriginPorts } from './origin.ts';
import type { RetryPolicy } from './retry-schedule.ts';

/**
 * No server answers at an origin, or there is no network. Those who wait for it take turns in asking: one at a time, after
 * ever longer delays, and at once when the host comes back online. A record whose own request can't be answered keeps no
 * other waiting.
 */
export class Outage {
  readonly #ports: Pick<OriginPorts, 'clock' | 'connectivity'>;
  readonly #policy: RetryPolicy;
  readonly #onTurn: () => void;
  /** ms since the epoch; null while there is none */
  #since: number | null = null;
  #lastAsked: Claim | null = null;
  #probes = 0;
  /** ms that were waited for turns: a host that slept, or whose clock was set, has not waited meanwhile */
  #borne = 0;
  #turn: 'awaited' | 'due' | 'taken' = 'awaited';
  /** The number of the last turn. */
  #turns = 0;
  #cancelTimer: (() => void) | null = null;
  #stopListening: (() => void) | null = null;

  constructor(ports: Pick<OriginPorts, 'clock' | 'connectivity'>, policy: RetryPolicy, onTurn: () => void) {
    this.#ports = ports;
    this.#policy = policy;
    this.#onTurn = onTurn;
  }

  get isOn(): boolean {
    return this.#since !== null;
  }

  /** The number of the turn that was taken last, null while there is no outage. */
  get turn(): number | null {
    return this.isOn ? this.#turns : null;
  }

  /** Lets somebody ask at once. */
  askNow(): void {
    if (!this.isOn || this.#turn === 'due') return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#turn = 'due';
  }

  /** Notes that nobody answered a request. */
  begin(asked: Claim): void {
    this.#since ??= this.#ports.clock.now();
    this.#lastAsked = asked;
  }

  end(): void {
    this.#since = null;
    this.#probes = 0;
    this.#borne = 0;
    this.#turn = 'awaited';
    this.#stop();
  }

  /**
   * Whether it has lasted longer than a claim bears, and was looked at for a while since this engine began. Without a
   * network, nothing is known of the origin.
   */
  exceeds({ since, patience }: Claim): boolean {
    if (this.#since === null || !this.#ports.connectivity.isOnline()) return false;
    const lasted = this.#ports.clock.now() - Math.min(since ?? this.#since, this.#since);
    const watched = this.#borne >= Math.min(patience, this.#policy.firstAnswer);
    return watched && Math.max(lasted, this.#borne) >= patience;
  }

  /** The claim whose turn it is to ask, undefined if it is nobody's. */
  takeTurn(waiting: Iterable<WaitingClaim>): WaitingClaim | undefined {
    if (this.#turn !== 'due') return undefined;
    let first: WaitingClaim | undefined;
    let following: WaitingClaim | undefined;
    // a request that may be sent only once asks only if no other one can
    const all = [...waiting];
    const repeatable = all.filter(({ isRepeatable }) => isRepeatable !== false);
    for (const claim of repeatable.length > 0 ? repeatable : all) {
      if (!first || comesBefore(claim, first)) first = claim;
      const isLater = !this.#lastAsked || comesBefore(this.#lastAsked, claim);
      if (isLater && (!following || comesBefore(claim, following))) following = claim;
    }
    const chosen = following ?? first;
    if (!chosen) return undefined;
    this.#turn = 'taken';
    this.#turns++;
    return chosen;
  }

  /** Ends a turn: its claim will not ask again, and the next one may, later. */
  turnIsOver(turn: number | null): void {
    if (turn === this.#turns && this.#turn === 'taken') this.#turn = 'awaited';
  }

  /** Sees to it that somebody gets a turn, as long as anybody waits. */
  watch(isWanted: boolean): void {
    if (!isWanted || !this.isOn) {
      this.#stop();
      return;
    }
    const { clock, connectivity } = this.#ports;
    // a request that was sent before the host came back online may never be answered
    this.#stopListening ??= connectivity.onOnline(() => {
      this.askNow();
      this.#onTurn();
    });
    if (this.#turn !== 'awaited') return;
    if (this.#cancelTimer) return;
    const { firstDelay, longestDelay } = this.#policy;
    const delay = Math.min(firstDelay * 2 ** this.#probes++, longestDelay);
    this.#cancelTimer = clock.setTimer(delay, () => {
      this.#borne += delay;
      this.askNow();
      this.#onTurn();
    });
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#stopListening?.();
    this.#stopListening = null;
  }
}
