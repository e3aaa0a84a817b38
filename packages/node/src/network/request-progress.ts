import type { Duplex } from 'node:stream';
import { connectionOf } from './connection-of.ts';
import { responsesOf } from './http1/connection.ts';
import { pauseReads } from './http1/read-end.ts';

/** Connections over which a response came. */
const proven = new WeakSet<Duplex>();

/** The progress of a request; where redirects are followed or it is sent again, that of the one that was sent last. */
export class RequestProgress {
  #connection: Duplex | null = null;
  #reused: boolean | undefined;
  #sent = false;
  #responding = false;
  #followed = false;
  #left = false;

  /** Whether a server has led it on to where it is now. */
  get followed(): boolean {
    return this.#followed;
  }

  /** Whether any of the requests that it took was handed to a connection. */
  get left(): boolean {
    return this.#left;
  }

  /** Whether it was handed to a connection: before that, it waits for one, or in a dispatcher's queue. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Whether a byte of a response came, as far as its dispatcher tells. */
  get responding(): boolean {
    const { begun = false } = (this.#connection && responsesOf(this.#connection)) ?? {};
    return this.#responding || begun;
  }

  /** Whether its connection had brought another response before; undefined if that can't be told. */
  get reused(): boolean | undefined {
    return this.#reused;
  }

  /** Whether nothing more can come over its connection; undefined if that can't be told. */
  get ended(): boolean | undefined {
    return this.#connection?.destroyed;
  }

  /** Whether its connection is one of HTTP/2; undefined if that can't be told. */
  get multiplexed(): boolean | undefined {
    if (!this.#connection) return undefined;
    return 'alpnProtocol' in this.#connection && this.#connection.alpnProtocol === 'h2';
  }

  /** Whether more of its response has come than its connection takes without a reader; undefined if that can't be told. */
  get isBlocked(): boolean | undefined {
    if (!this.#connection || this.multiplexed) return undefined;
    return this.#connection.readableLength >= this.#connection.readableHighWaterMark;
  }

  /** Whether its connection has failed; undefined if that can't be told. */
  get failed(): boolean | undefined {
    return this.#connection ? this.#connection.errored !== null : undefined;
  }

  /** See `pauseReads`. */
  pauseReads(onDestroy: () => void): () => void {
    return this.#connection ? pauseReads(this.#connection, onDestroy) : () => {};
  }

  /** @param followed whether what is asked next is the target of a redirect */
  aim(followed: boolean): void {
    this.#followed = followed;
  }

  /** Starts anew: what came of the requests so far is undone, and nothing has left. */
  restart(): void {
    this.#forget();
    this.#followed = false;
    this.#left = false;
  }

  /** A request is given to a dispatcher. */
  begin(): void {
    this.#forget();
    this.#sent = false;
  }

  /**
   * The request is being handed to a connection; undici does that again if the connection ended before the request's
   * turn.
   */
  start(): void {
    this.#forget();
    this.#sent = true;
    this.#left = true;
    connectionOf((connection) => {
      this.#connection = connection;
      this.#reused = proven.has(connection);
    });
  }

  /** The first bytes of a response have come. */
  respond(): void {
    this.#responding = true;
  }

  /** The head of its response has come. */
  answer(): void {
    this.#responding = true;
    if (this.#connection) proven.add(this.#connection);
  }

  #forget(): void {
    this.#connection = null;
    this.#reused = undefined;
    this.#responding = false;
  }
}
