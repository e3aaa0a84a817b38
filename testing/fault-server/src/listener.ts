import { createServer, type Server, type Socket } from 'node:net';

export type ListenerName = 'origin' | 'cross' | 'secure';

interface ListenerOptions {
  readonly name: ListenerName;
  /** The first must be available; the others are taken when the machine has them. */
  readonly addresses: readonly string[];
  /** 0 for any free port. */
  readonly port: number;
  readonly onConnection: (socket: Socket) => void;
}

/**
 * One port that can be closed and opened again while the HTTP server behind it lives on: connections are
 * accepted here and handed over.
 */
export class Listener {
  readonly name: ListenerName;
  readonly sockets = new Set<Socket>();
  readonly #options: ListenerOptions;
  #servers: Server[] = [];
  #port: number;
  /** Openings and closings queue here, so that a quick refuse and accept can't overtake each other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ListenerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  open(): Promise<void> {
    return this.#queue(async () => {
      if (this.#servers.length > 0) return;
      for (let tries = 1; !(await this.#openOnce(tries)); tries++);
    });
  }

  /** Stops listening and destroys every connection; `open` takes the same port again. */
  close(beforeDestroy: (socket: Socket) => void = () => {}): Promise<void> {
    return this.#queue(async () => {
      const closing = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
      this.#servers = [];
      for (const socket of this.sockets) {
        beforeDestroy(socket);
        socket.destroy();
      }
      await Promise.all(closing);
    });
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** False when a free port of the first address was taken on another: any other free port will do. */
  async #openOnce(tries: number): Promise<boolean> {
    const [first, ...others] = this.#options.addresses as [string, ...string[]];
    const main = await this.#listen(first, this.#port);
    const port = (main.address() as { port: number }).port;
    this.#servers = [main];
    for (const address of others) {
      try {
        this.#servers.push(await this.#listen(address, port));
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!taken || this.#port !== 0 || tries >= 10) continue;
        await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
        this.#servers = [];
        return false;
      }
    }
    this.#port = port;
    return true;
  }

  #listen(host: string, port: number): Promise<Server> {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      this.#options.onConnection(socket);
    });
    return new Promise((resolve, reject) => {
      server.once('error', (cause) =>
        reject(
          Object.assign(new Error(`Can't listen on ${host}:${port}: ${cause.message}`, { cause }), {
            code: (cause as NodeJS.ErrnoException).code,
          }),
        ),
      );
      server.listen(port, host, () => resolve(server));
    });
  }
}
