import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens when as many bytes have passed. */
export interface Watch {
  /** bytes from the server, over all connections, since the watch began; ascending */
  readonly points: readonly number[];
  /** No byte passes until it resolves. */
  readonly act: () => Promise<void> | void;
}

/**
 * A TCP proxy in front of a server, that stops at an exact byte. What is to happen in the middle of a download happens
 * there, however fast the machine is.
 */
export class Wire {
  readonly port: number;
  readonly #target: number;
  /** The server's end of each connection, by the client's. */
  readonly #connections = new Map<Socket, Socket>();
  #server: Server;
  #passed = 0;
  #points: number[] = [];
  #act: () => Promise<void> | void = () => {};
  #acting: Promise<void> = Promise.resolve();
  #problem: unknown;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
    this.#server = this.#createServer();
  }

  /** @param target the port of the server, on 127.0.0.1 */
  static async listen(port: number, target: number): Promise<Wire> {
    const wire = new Wire(port, target);
    await wire.comeBack();
    return wire;
  }

  /** From now on; what was watched for before is forgotten. */
  watch({ points, act }: Watch): void {
    this.#passed = 0;
    this.#points = [...points];
    this.#act = act;
  }

  /** Ends the watch. Resolves with the points that were not reached; rejects with what an action failed with. */
  async unwatch(): Promise<readonly number[]> {
    const missed = this.#points.splice(0);
    await this.#acting;
    if (this.#problem !== undefined) throw this.#problem;
    return missed;
  }

  /** Ends every connection after the bytes that have passed. */
  cut(): void {
    for (const [client, upstream] of this.#connections) {
      client.destroySoon();
      upstream.destroy();
    }
    this.#connections.clear();
  }

  /** Resets every connection, and refuses new ones. */
  goAway(): void {
    this.#server.close();
    for (const client of this.#connections.keys()) client.resetAndDestroy();
  }

  /** Takes connections, on the port that it always has. */
  async comeBack(): Promise<void> {
    this.#server = this.#createServer();
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #createServer(): Server {
    return createServer({ noDelay: true }, (client) => this.#join(client));
  }

  #join(client: Socket): void {
    const upstream = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    this.#connections.set(client, upstream);
    client.on('error', () => {});
    client.on('close', () => {
      this.#connections.delete(client);
      upstream.destroy();
    });
    // the server's reset is the client's, too
    upstream.on('error', () => client.resetAndDestroy());
    client.pipe(upstream);
    this.#carry(upstream, client).catch(() => {
      // one that is cut still has to send what has passed
      if (!client.writableEnded) client.destroy();
    });
  }

  async #carry(upstream: Socket, client: Socket): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      for (const end of [client, upstream]) end.once('close', resolve);
    });
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      for (let rest = chunk; rest.length > 0; ) {
        await this.#acting;
        if (client.destroyed || client.writableEnded) return;
        const part = rest.subarray(0, (this.#points[0] ?? Number.POSITIVE_INFINITY) - this.#passed);
        rest = rest.subarray(part.length);
        this.#passed += part.length;
        const flushed = client.write(part);
        if (this.#passed === this.#points[0]) this.#reachPoint();
        if (!flushed) await Promise.race([closed, new Promise((resolve) => client.once('drain', resolve))]);
      }
    }
    client.end();
  }

  #reachPoint(): void {
    this.#points.shift();
    this.#acting = (async () => {
      try {
        await this.#act();
      } catch (error) {
        this.#problem ??= error;
      }
    })();
  }
}
