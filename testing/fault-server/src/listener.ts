import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface Certificate {
  key: string;
  cert: string;
}

/** How a listener that is away meets new connections; the silent one takes them and answers nothing. */
export type Absence = 'refused' | 'closed' | 'silent';

/** How often and for how many milliseconds a listener tries to get its port back. */
const reopening = { every: 20, atMost: 10_000 };

/** One address the server listens on. It can go away, which resets its connections, and come back. */
export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #absence: Absence | undefined;

  constructor(host: string, listener: (from: Listener) => RequestListener, certificate?: Certificate) {
    this.#host = host;
    const answer = listener(this);
    const onRequest: RequestListener = (request, response) => {
      if (this.isOpen) {
        answer(request, response);
      }
    };
    this.#server = certificate ? createSecureServer(certificate, onRequest) : createServer(onRequest);
    // Slow requests and idle connections are what tests come here for.
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 0;
    this.#server.keepAliveTimeout = 60_000;
    // A secure server announces the TCP socket here, before its handshake.
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      if (this.#absence === 'closed') {
        socket.destroy();
      }
    });
  }

  get port(): number {
    return this.#port;
  }

  /** False while it is closing, too: what ends then was ended by the server. */
  get isOpen(): boolean {
    return this.#server.listening && this.#absence === undefined;
  }

  async open(port = this.#port): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#host, port, ipv6Only: this.#host.includes(':') }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Resets its connections and meets new ones as asked. */
  async goAway(absence: Absence): Promise<void> {
    this.#absence ??= absence;
    this.#resetAll();
    if (this.#absence === 'refused') {
      await this.close();
    }
  }

  /** Serves again, on the port it had. */
  async comeBack(): Promise<void> {
    this.#resetAll();
    this.#absence = undefined;
    if (!this.#server.listening) {
      await this.#openAgain();
    }
  }

  async close(): Promise<void> {
    if (!this.#server.listening) {
      return;
    }
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  #resetAll(): void {
    for (const socket of this.#sockets) {
      socket.resetAndDestroy();
    }
  }

  /** Somebody's connection may have the port as its own for the moment. */
  async #openAgain(): Promise<void> {
    const giveUpAt = performance.now() + reopening.atMost;
    for (;;) {
      try {
        return await this.open();
      } catch (error) {
        if (performance.now() > giveUpAt) {
          throw error;
        }
        await wait(reopening.every);
      }
    }
  }

  /** Ends the connection with a TCP reset. Under TLS that takes the socket below the one the request came on. */
  reset(socket: Socket): void {
    for (const candidate of this.#sockets) {
      if (candidate.remotePort === socket.remotePort && candidate.remoteAddress === socket.remoteAddress) {
        candidate.resetAndDestroy();
        return;
      }
    }
  }
}
