import type { Demand } from './demand.ts';
import type { EngineOptions } from './options.ts';
import type { RestPlan } from './plan-attempt.ts';
import type { TransferStrategies } from './strategies.ts';

/** The share of a reader's waiting time that a piece may take: the reader gets it that much later at most. */
const share = 1 / 5;
/** A piece may take at least this many times as long as nothing of it comes: meanwhile the line is the others'. */
const idles = 3;
/** The factor by which a piece may be larger than one that came sooner than it might. */
const growth = 2;

/**
 * Sizes the ranges of a body that somebody waits for. Several connections take them in their order, and each is over within
 * a moment. So a line that they share is the front's, and where a server limits each connection, they work together at the
 * front. Which of these it is is not asked: no rates are compared.
 */
export class AwaitedPieces {
  readonly #demand: Demand;
  readonly #options: EngineOptions;
  readonly #takePiece: TransferStrategies['takePiece'];
  #size: number;
  /** The number of pieces that were taken since somebody began to wait. */
  #taken = 0;
  /** The factor by which pieces may take longer, because their server wants fewer requests. */
  #slowness = 1;

  constructor(demand: Demand, options: EngineOptions, { takePiece }: TransferStrategies) {
    this.#demand = demand;
    this.#options = options;
    this.#takePiece = takePiece;
    this.#size = options.smallestPiece;
  }

  /**
   * Several connections begin at a time.
   * @param rate bytes per ms that came over one, if that is known
   * @param idle see `learn`
   */
  begin(rate = 0, idle = 0): void {
    this.#resize((rate / this.#options.connections) * this.#longest(idle));
    this.#taken = 0;
  }

  /** The server has refused one for being one too many. */
  refused(): void {
    this.#slowness *= growth;
    this.#size = Math.min(this.#size * growth, this.#options.pieceSize);
  }

  /** Takes what a connection fetches next from the ranges that wait. */
  take(waiting: RestPlan[]): RestPlan | undefined {
    const { connections } = this.#options;
    const first = waiting[0];
    if (this.#demand.duration === null || !first || first.end === null)
      return this.#takePiece(waiting, connections);
    // pieces that begin at one time must not end at one time, or all connections would wait for answers at one time
    const size = Math.ceil(this.#size * Math.min(1, ++this.#taken / connections));
    const cut = first.position + size;
    // no crumbs are left
    if (first.end - cut < this.#size / 2) return waiting.shift();
    waiting[0] = { ...first, position: cut };
    return { ...first, end: cut };
  }

  /** Whether a range is smaller than they are while nobody waits. */
  isSmall({ position, end }: RestPlan): boolean {
    return end !== null && end - position < this.#options.pieceSize;
  }

  /**
   * A piece has come.
   * @param took ms
   * @param idle ms of these in which nothing of it came: until its server had answered, and until the last bytes were durable
   */
  learn({ position, end }: RestPlan, took: number, idle: number): void {
    if (end === null) return;
    const fitting = ((end - position) * this.#longest(idle)) / Math.max(took, 1);
    this.#resize(Math.min(fitting, this.#size * growth));
  }

  /** The time that a piece may take, in ms. */
  #longest(idle: number): number {
    const { awaitedCheckpointInterval, checkpointInterval } = this.#options;
    const late = (this.#demand.duration ?? 0) * share;
    const most = Math.min(Math.max(awaitedCheckpointInterval, late), checkpointInterval);
    return Math.max(most * this.#slowness, idle * idles);
  }

  #resize(size: number): void {
    const { smallestPiece, pieceSize } = this.#options;
    this.#size = Math.round(Math.min(Math.max(size, smallestPiece), pieceSize));
  }
}
