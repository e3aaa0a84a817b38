import type { Socket } from 'node:net';

/** One connection of a client, over whatever origin. */
export interface Connection {
  readonly number: number;
  /** How many requests came on it so far. */
  requests: number;
}

/** Numbers connections in the order of their first requests. */
export class Connections {
  readonly #known = new WeakMap<Socket, Connection>();
  #count = 0;

  /** The connection of a request that has just come. */
  ofNextRequest(socket: Socket): Connection {
    const connection = this.#known.get(socket) ?? { number: ++this.#count, requests: 0 };
    this.#known.set(socket, connection);
    connection.requests++;
    return connection;
  }
}
