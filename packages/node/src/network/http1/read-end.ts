import type { Duplex } from 'node:stream';

const ends = new WeakMap<Duplex, ReadEnd>();

/**
 * Tells a connection that who reads it is paused. It hears of no end before it goes on.
 * @param onDestroy called before the connection is destroyed, if that happens first: it has to go on, without another pause
 * @returns tells the connection that its reader goes on
 */
export function pauseReads(connection: Duplex, onDestroy: () => void): () => void {
  return ends.get(connection)?.pause(onDestroy) ?? (() => {});
}

/**
 * The end of what is received over a connection. undici's parser hears of it once everything was read and it is not paused:
 * docs/discoveries.md#an-end-while-the-parser-is-paused
 */
export class ReadEnd {
  readonly #connection: Duplex;
  readonly #push: (end: null) => boolean;
  #hasEnded = false;
  #onDestroy: (() => void) | null = null;

  /** @param push what the connection's own method does */
  constructor(connection: Duplex, push: (end: null) => boolean) {
    this.#connection = connection;
    this.#push = push;
    ends.set(connection, this);
    const read = connection.read.bind(connection);
    connection.read = (size?: number): unknown => {
      const bytes = read(size);
      // the parser has still to take what was read
      if (this.#hasEnded) setImmediate(this.#look);
      return bytes;
    };
    const destroy = connection.destroy.bind(connection);
    connection.destroy = (error?: Error): Duplex => {
      const goOn = this.#onDestroy;
      this.#onDestroy = null;
      goOn?.();
      return destroy(error);
    };
  }

  /** Notes that nothing more is received. */
  tell(): boolean {
    this.#hasEnded = true;
    this.#look();
    return false;
  }

  pause(onDestroy: () => void): () => void {
    this.#onDestroy = onDestroy;
    return () => {
      if (this.#onDestroy === onDestroy) this.#onDestroy = null;
      if (this.#hasEnded) setImmediate(this.#look);
    };
  }

  readonly #look = (): void => {
    const { readableLength, destroyed } = this.#connection;
    if (!this.#hasEnded || this.#onDestroy || readableLength > 0 || destroyed) return;
    this.#hasEnded = false;
    this.#push(null);
    // this read lets the end through, as nobody else may be about to read
    this.#connection.read(0);
  };
}
