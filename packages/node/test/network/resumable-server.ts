import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach } from 'vitest';

export interface ResumableServer {
  readonly url: string;
  /** Every request, as `METHOD path status`, in the order of their answers; `cut` for those without. */
  readonly log: string[];
  /** Each request with a body is cut after so many bytes of it, as long as there is a number left. */
  readonly cuts: number[];
  /** What the server does other than the draft wants. */
  readonly faults: Partial<Faults>;
  readonly uploads: ResumableUpload[];
  /** The header fields of every request. */
  readonly requests: IncomingMessage['headers'][];
}

interface Faults {
  /** Never announces an upload resource. */
  silent: boolean;
  /** Announces it for another iteration of the draft. */
  interopVersion: string;
  /** Where upload resources are said to be. */
  location: string;
  /** The limit for a single PATCH. */
  maxAppend: number;
  /** Answers these, one after the other, instead of doing what a PATCH wants. */
  patchStatuses: number[];
  /** Forgets its upload resources when an upload was cut. */
  forgetful: boolean;
  /** Takes no more of a request than this, one number each, and waits for the end of its connection. */
  holds: number[];
  /** Told when it holds one. */
  onHeld: () => void;
  /** Answers the first request after so many bytes, with this in Upload-Complete, and drops what follows. */
  early: { after: number; status: number; says: string | null } | undefined;
  /** Says nothing of Upload-Complete where a request has all. */
  quiet: boolean;
  /** Forgets an upload resource once it has all. */
  forgetsComplete: boolean;
  /** Takes the last byte, and ends the connection without an answer. */
  loseAnswer: boolean;
}

export interface ResumableUpload {
  readonly headers: IncomingMessage['headers'];
  bytes: Uint8Array;
  complete: boolean;
}

const version = '8';

/** Servers of draft-ietf-httpbis-resumable-upload, interop version 8, that end with the test. */
export function useResumableServers(): (
  faults?: Partial<Faults>,
  cuts?: number[],
) => Promise<ResumableServer> {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });
  return async (faults = {}, cuts = []) => {
    const log: string[] = [];
    const requests: IncomingMessage['headers'][] = [];
    const uploads: ResumableUpload[] = [];
    const server = createServer(async (request, response) => {
      requests.push(request.headers);
      response.on('close', () => {
        log.push(`${request.method} ${request.url} ${response.writableEnded ? response.statusCode : 'cut'}`);
      });
      await answer(request, response, { uploads, cuts, faults }).catch((error) => {
        // who uploads may be killed at any time
        if (!request.destroyed) throw error;
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/files`;
    return { url, log, cuts, faults, uploads, requests };
  };
}

type State = Pick<ResumableServer, 'uploads' | 'cuts' | 'faults'>;

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const { uploads, faults } = state;
  const id = /^\/uploads\/(\d+)$/.exec(request.url ?? '')?.[1];
  if (id === undefined) {
    const upload = { headers: request.headers, bytes: Buffer.alloc(0), complete: false };
    uploads.push(upload);
    announce(request, faults, uploads.length - 1);
    return await receive(request, response, upload, state);
  }
  const upload = uploads[Number(id)];
  if (!upload) return void response.writeHead(404).end('no such upload');
  response.setHeader('upload-complete', upload.complete ? '?1' : '?0');
  response.setHeader('upload-offset', `${upload.bytes.byteLength}`);
  if (faults.maxAppend) response.setHeader('upload-limit', `max-age=60, max-append-size=${faults.maxAppend}`);
  if (request.method === 'HEAD') return void response.writeHead(204).end();
  const status = faults.patchStatuses?.shift();
  if (status !== undefined) return void response.writeHead(status).end();
  if (request.headers['content-type'] !== 'application/partial-upload') {
    return void response.writeHead(415).end();
  }
  if (Number(request.headers['upload-offset']) !== upload.bytes.byteLength) {
    return void response.writeHead(409).end();
  }
  await receive(request, response, upload, state);
}

function announce(request: IncomingMessage, faults: Partial<Faults>, id: number): void {
  if (faults.silent || request.headers['upload-draft-interop-version'] !== version) return;
  const lines = [
    'HTTP/1.1 104 Upload Resumption Supported',
    `Location: ${faults.location ?? ''}/uploads/${id}`,
    `Upload-Draft-Interop-Version: ${faults.interopVersion ?? version}`,
  ];
  request.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  upload: ResumableUpload,
  { uploads, cuts, faults }: State,
): Promise<void> {
  const hold = faults.holds?.shift();
  const cut = hold ?? cuts.shift() ?? Number.POSITIVE_INFINITY;
  const { early } = faults;
  faults.early = undefined;
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, (early ? early.after : cut) - received);
    received += part.byteLength;
    upload.bytes = Buffer.concat([upload.bytes, part]);
    if (early && received === early.after && !response.headersSent) {
      const location = `/uploads/${uploads.indexOf(upload)}`;
      if (early.says !== null) response.setHeader('upload-complete', early.says);
      response.writeHead(early.status, { location }).end('early');
    }
    if (received < cut) continue;
    if (faults.forgetful) uploads.length = 0;
    if (hold !== undefined) {
      const closed = new Promise<void>((resolve) => request.socket.once('close', resolve));
      request.pause();
      faults.onHeld?.();
      return await closed;
    }
    request.socket.resetAndDestroy();
    return;
  }
  if (early) return;
  response.setHeader('upload-offset', `${upload.bytes.byteLength}`);
  if (request.headers['upload-complete'] !== '?1') {
    response.setHeader('upload-complete', '?0');
    return void response.writeHead(204).end();
  }
  upload.complete = true;
  if (faults.loseAnswer) return void request.socket.destroy();
  if (faults.forgetsComplete) uploads.length = 0;
  if (faults.quiet) response.removeHeader('upload-complete');
  else response.setHeader('upload-complete', '?1');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ sha256: createHash('sha256').update(upload.bytes).digest('hex') }));
}
