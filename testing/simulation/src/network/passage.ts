import type { SimulatedConnection } from './simulated-connection.ts';
import type { SimulatedOrigin } from './simulated-origin.ts';

/** A request on its way: the connection it uses, and what may end it. */
export class Passage {
  readonly #controller = new AbortController();
  readonly #ends: readonly AbortSignal[];
  #connection: SimulatedConnection | null = null;
  #leave = (): void => {};

  /** @param ends each of them ends it */
  constructor(...ends: AbortSignal[]) {
    this.#ends = ends;
    for (const signal of ends) {
      if (signal.aborted) this.#controller.abort(signal.reason);
      else signal.addEventListener('abort', this.#aborted);
    }
  }

  /** Aborted when it fails. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly #aborted = (event: Event): void => this.fail((event.target as AbortSignal).reason);

  /** Ends it: what waits for something fails with this. */
  fail(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Leaves the connection it has, if any, and waits for one to this origin. */
  async moveTo(origin: SimulatedOrigin): Promise<void> {
    this.#arrived();
    const connection = await origin.connect(this.signal);
    connection.onCut = () => this.fail(new TypeError('The connection was cut'));
    this.#connection = connection;
  }

  /** Whether the origin lets it in. */
  enter(origin: SimulatedOrigin): boolean {
    const leave = origin.admit();
    if (leave) this.#leave = leave;
    return leave !== null;
  }

  /** @param cut what happens to the body that comes if the connection breaks */
  onCut(cut: () => void): void {
    if (this.#connection) this.#connection.onCut = cut;
  }

  /** Nothing more comes of it. */
  end(): void {
    for (const signal of this.#ends) signal.removeEventListener('abort', this.#aborted);
    this.#arrived();
  }

  #arrived(): void {
    this.#leave();
    this.#leave = () => {};
    this.#connection?.close();
    this.#connection = null;
  }
}
