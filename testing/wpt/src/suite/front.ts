import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '@background-fetch/testing-fault-server';
import { frontAddress, type Ports, suiteServerAddress } from './addresses.ts';
import { type Injected, inject, placeOf } from './inject.ts';

/** Answers a request itself, and returns true, or leaves it to the server behind. */
export type OwnAnswer = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * What browsers talk to: passes every request on to the suite's server, and puts what is injected into the pages and
 * workers that come back. The suite's files stay as they are.
 */
export class Front implements AsyncDisposable {
  readonly ports: Ports;
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
    const [http, http2, https, https2] = servers.map((one) => (one.address() as AddressInfo).port) as [
      number,
      number,
      number,
      number,
    ];
    this.ports = { http: [http, http2], https: [https, https2] };
  }

  static async listen(certificate: Certificate, injected: Injected, answer: OwnAnswer): Promise<Front> {
    const plain = forwarder('http', new HttpAgent({ keepAlive: true }), injected, answer);
    const secureAgent = new HttpsAgent({
      keepAlive: true,
      ca: certificate.cert,
      servername: 'localhost',
    });
    const secure = forwarder('https', secureAgent, injected, answer);
    const servers = [
      createServer(plain),
      createServer(plain),
      createSecureServer(certificate, secure),
      createSecureServer(certificate, secure),
    ];
    await Promise.all(servers.map(listen));
    return new Front(servers);
  }

  /** The origin of the test pages. */
  origin(secure: boolean): string {
    return secure ? `https://localhost:${this.ports.https[0]}` : `http://localhost:${this.ports.http[0]}`;
  }

  /** Origins with the certificate, for browsers that have to be told. */
  get secureOrigins(): string[] {
    return this.ports.https.flatMap((port) => [
      `https://localhost:${port}`,
      `https://${frontAddress}:${port}`,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, frontAddress, resolve);
  });
}

function forwarder(
  scheme: 'http' | 'https',
  agent: HttpAgent,
  injected: Injected,
  answer: OwnAnswer,
): RequestListener {
  const send = scheme === 'http' ? httpRequest : httpsRequest;
  return (request, response) => {
    if (answer(request, response)) return;
    const place = placeOf(request.headers);
    const forwarded = send({
      agent,
      host: suiteServerAddress,
      port: request.socket.localPort,
      method: request.method,
      path: request.url,
      headers: withoutHopByHop(request.rawHeaders),
    });
    forwarded.once('response', async (answered) => {
      answered.once('error', () => response.destroy());
      const isInjected = place !== null && answered.statusCode === 200;
      const text = isInjected ? inject(await readText(answered), place, injected) : '';
      response.sendDate = false;
      const headers = withoutHopByHop(answered.rawHeaders, isInjected ? ['content-length'] : []);
      response.writeHead(answered.statusCode as number, answered.statusMessage as string, headers);
      if (isInjected) response.end(text);
      else answered.pipe(response);
    });
    forwarded.once('error', () => response.destroy());
    response.once('close', () => forwarded.destroy());
    request.pipe(forwarded);
  };
}

/** Names and values in turns, without what is only between two ends of a connection. */
function withoutHopByHop(raw: readonly string[], others: readonly string[] = []): string[] {
  const left = new Set(['connection', 'keep-alive', ...others]);
  return raw.filter((_, index) => !left.has((raw[index - (index % 2)] as string).toLowerCase()));
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
