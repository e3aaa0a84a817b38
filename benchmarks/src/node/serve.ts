import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fillBody, makeCertificate } from '@background-fetch/testing-fault-server';

/**
 * The server of the benchmark, in a process of its own. `/<size>/<name>` is a file of so many bytes, with ranges and a
 * strong ETag; `/slow/<size>/<name>` gives each connection 4 MB/s, 40 ms late. Bodies repeat after 64 MiB, so that they
 * cost next to nothing and bytes at a wrong place still show. All of it is there by http, and by https with a certificate
 * that nobody has signed.
 */
const pattern = new Uint8Array(64 * 2 ** 20);
fillBody(pattern, 'pattern', 1, 0);

/** bytes per write: what is slow is given in small parts */
const fastWrite = 2 ** 20;
const slowWrite = 64 * 2 ** 10;
/** bytes per second */
const slowRate = 4_000_000;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, slow, sizeText] = /^(\/slow)?\/(\d+)\//.exec(request.url ?? '') ?? [];
  if (!sizeText) {
    response.writeHead(404).end();
    return;
  }
  if (slow) await delay(40);
  const size = Number(sizeText);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, size) : size;
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': end - start,
    'Accept-Ranges': 'bytes',
    ETag: `"${size}"`,
    'Last-Modified': new Date(1_700_000_000_000).toUTCString(),
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await send(response, start, end, slow !== undefined);
}

async function send(response: ServerResponse, start: number, end: number, slow: boolean): Promise<void> {
  const began = performance.now();
  let goOn = () => {};
  response.on('drain', () => goOn());
  response.on('close', () => goOn());
  for (let position = start; position < end; ) {
    const offset = position % pattern.length;
    const length = Math.min(slow ? slowWrite : fastWrite, end - position, pattern.length - offset);
    position += length;
    const taken = response.write(pattern.subarray(offset, offset + length));
    if (response.destroyed) return;
    if (!taken) {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
    if (slow) await delay(began + ((position - start) / slowRate) * 1000 - performance.now());
  }
  response.end();
}

/** What the parent process is told, once both listen. */
export interface Ports {
  readonly plain: number;
  readonly secure: number;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const patience = { keepAliveTimeout: 60_000 };
const ports: Ports = {
  plain: await listen(createServer(patience, answer)),
  secure: await listen(createSecureServer({ ...patience, ...(await makeCertificate()) }, answer)),
};
process.send?.(ports);
process.on('disconnect', () => process.exit());
