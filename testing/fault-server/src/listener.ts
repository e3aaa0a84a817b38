import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface Certificate {
  key: string;
  cert: string;
}

/** How often and for how many milliseconds a listener tries to get its port back. */
const reopening = { every: 20, atMost: 10_000 };

/** One address the server listens on. It can stop, which destroys its connections, and come back. */
export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #open = false;

  constructor(host: string, listener: (from: Listener) => RequestListener, certificate?: Certificate) {
    this.#host = host;
    const onRequest = listener(this);
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
    });
  }

  get port(): number {
    return this.#port;
  }

  /** False while it is closing, too: what ends then was ended by the server. */
  get isOpen(): boolean {
    return this.#open;
  }

  async open(port = this.#port): Promise<void> {
    if (this.#open) {
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#host, port, ipv6Only: this.#host.includes(':') }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#open = true;
  }

  /** Opens again on the port it had, which somebody's connection may have as its own for the moment. */
  async reopen(): Promise<void> {
    const giveUpAt = performance.now() + reopening.atMost;
    for (;;) {
      try {
        await this.open();
        return;
      } catch (error) {
        if (performance.now() > giveUpAt) {
          throw error;
        }
        await wait(reopening.every);
      }
    }
  }

  async close(how: 'destroy' | 'reset' = 'destroy'): Promise<void> {
    if (!this.#open) {
      return;
    }
    this.#open = false;
    // Closing the server would end idle connections with a FIN first.
    for (const socket of this.#sockets) {
      if (how === 'reset') {
        socket.resetAndDestroy();
      } else {
        socket.destroy();
      }
    }
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
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
