import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Download, Downloads } from './content/downloads.ts';
import { hashDownload } from './server/hash-download.ts';
import { Line, readSpeeds } from './server/line.ts';
import { readJson } from './server/read-json.ts';
import { sendDownload } from './server/send-download.ts';
import { type ShellFiles, sendShellFile } from './server/shell-files.ts';
import { Throttle } from './server/throttle.ts';

export interface DemoServerOptions {
  readonly shell: ShellFiles;
  readonly downloads: Downloads;
  /** What the page of a headless run reports; without it there is nowhere to report to. */
  readonly onReport?: (report: unknown) => void;
}

export interface DemoServer {
  readonly origin: string;
  readonly line: Line;
  close(): Promise<void>;
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Serves the demo on loopback. `port` 0 picks a free one. */
export async function serve(port: number, options: DemoServerOptions): Promise<DemoServer> {
  const line = new Line();
  const routes = createRoutes(options, line);
  const server = createServer((request, response) => {
    handle(request, response, routes, options, line).catch((error) => fail(error, request, response));
  });
  await listen(server, port);
  const address = server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  return {
    origin: `http://localhost:${actualPort}`,
    line,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createRoutes({ downloads, onReport }: DemoServerOptions, line: Line): Map<string, Route> {
  const hashes = new Map<Download, Promise<string>>();
  return new Map<string, Route>([
    ['GET /line', async (_, response) => sendJson(response, line.speeds)],
    [
      'PUT /line',
      async (request, response) => {
        line.speeds = readSpeeds(await readJson(request));
        sendJson(response, line.speeds);
      },
    ],
    ['POST /line/cut', async (_, response) => sendJson(response, { cut: line.cut() })],
    [
      'GET /sha256',
      async (_, response, url) => {
        const download = downloads.byPath.get(url.searchParams.get('path') ?? '');
        if (!download) return void response.writeHead(404).end();
        let hash = hashes.get(download);
        if (!hash) {
          hash = hashDownload(download);
          hashes.set(download, hash);
        }
        sendJson(response, { sha256: await hash });
      },
    ],
    [
      'POST /report',
      async (request, response) => {
        if (!onReport) return void response.writeHead(404).end();
        onReport(await readJson(request));
        response.writeHead(204).end();
      },
    ],
  ]);
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Map<string, Route>,
  { shell, downloads }: DemoServerOptions,
  line: Line,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = routes.get(`${request.method} ${url.pathname}`);
  if (route) return route(request, response, url);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  }
  const download = downloads.byPath.get(url.pathname);
  if (download) {
    const own = Number(url.searchParams.get('rate'));
    const throttle = own > 0 ? new Throttle(own) : line.throttleFor(download.role);
    return line.during(request.socket, () => sendDownload(download, request, response, throttle));
  }
  if (sendShellFile(shell, url.pathname, request.headers['if-none-match'], response)) return;
  response
    .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    .end(`There is no ${url.pathname}\n`);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response
    .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value));
}

function fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const status = error instanceof TypeError ? 400 : 500;
  if (status === 500) console.error(`${request.method} ${request.url} failed:`, error);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${error instanceof Error ? error.message : error}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EADDRINUSE'
          ? 'something else listens there; choose another with --port'
          : cause.message;
      reject(new Error(`Can't serve on port ${port}: ${hint}`, { cause }));
    });
    // Loopback only: the demo lets anyone who reaches it cut connections. Browsers try both families for localhost.
    server.listen(port, 'localhost', resolve);
  });
}
