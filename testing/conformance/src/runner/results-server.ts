import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageMessage } from '../protocol.ts';

/** Where pages post what they have to tell: on a port of its own, whose connections no test uses up. */
export class ResultsServer implements AsyncDisposable {
  onMessage: (message: PageMessage) => void = () => {};
  readonly #server: Server;
  #run = 0;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const text = await readText(request);
      response.writeHead(204, { 'access-control-allow-origin': '*' }).end();
      // A browser that was killed may have had a last word on its way.
      if (request.method !== 'POST' || request.url !== `/${this.#run}`) return;
      for (const message of JSON.parse(text) as PageMessage[]) this.onMessage(message);
    });
  }

  static async listen(): Promise<ResultsServer> {
    const results = new ResultsServer();
    await new Promise<void>((resolve, reject) => {
      results.#server.once('error', reject);
      results.#server.listen(0, '127.0.0.1', resolve);
    });
    return results;
  }

  /** An address for the next page, and an end to what earlier ones say. */
  nextAddress(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${++this.#run}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
