import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { nextBody, useEngines } from './given.ts';

const engines = useEngines();
/** six pieces */
const body = Buffer.alloc(24 * 2 ** 20, 'which byte is where');
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What an engine brings of a file, over three connections at a time. */
async function bring(of: Server): Promise<Uint8Array> {
  await once(of.listen(0, '127.0.0.1'), 'listening');
  const engine = await engines.open({
    directory: await engines.directory(),
    connections: 3,
    retry: { firstDelay: 1, longestDelay: 1 },
  });
  const received = nextBody(engine);
  const { port } = of.address() as AddressInfo;
  await engine.backgroundFetch.fetch('file', `http://127.0.0.1:${port}/file`);
  return (await received).bytes;
}

it('a range that is refused ends no other one', async () => {
  let ranges = 0;
  const interrupted: string[] = [];
  let refused = (): void => {};
  const refusal = new Promise<void>((resolve) => {
    refused = resolve;
  });

  /** Sends it in small steps once another one is refused, so that the client notices that first. */
  const sendSlowly = async (response: ServerResponse, part: Buffer): Promise<void> => {
    response.write(part.subarray(0, 50_000));
    await refusal;
    for (let sent = 50_000; sent < part.length; sent += 2000) {
      response.write(part.subarray(sent, sent + 2000));
      await turn();
    }
    response.end();
  };

  server = createServer(({ headers, method }, response) => {
    const { range = '' } = headers;
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const end = last === '' ? body.length : Number(last) + 1;
    const part = body.subarray(Number(first), end);
    const common = { ETag: '"a"', 'Accept-Ranges': 'bytes', 'Content-Length': part.length };
    // the first request is one for everything, until it is known that the rest can be had in ranges
    if (range === '' || method === 'HEAD') return void response.writeHead(200, common).end(part);
    ranges++;
    response.on('close', () => {
      if (!response.writableFinished) interrupted.push(range);
    });
    if (ranges === 2) return void response.writeHead(500).end(refused);
    response.writeHead(206, { ...common, 'Content-Range': `bytes ${first}-${end - 1}/${body.length}` });
    if (ranges === 1) void sendSlowly(response, part);
    else response.end(part);
  });
  expect(Buffer.compare(await bring(server), body)).toBe(0);
  expect(ranges).toBeGreaterThan(2);
  expect(interrupted).toEqual([]);
});

it('a range that turns out to be longer than it said leaves none of its bytes', async () => {
  let ranges = 0;
  server = createServer(({ headers }, response) => {
    const { range = '' } = headers;
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const end = last === '' ? other.length : Number(last) + 1;
    const common = { ETag: '"a"', 'Accept-Ranges': 'bytes' };
    if (range === '')
      return void response.writeHead(200, { ...common, 'Content-Length': other.length }).end(other);
    response.writeHead(206, { ...common, 'Content-Range': `bytes ${first}-${end - 1}/${other.length}` });
    // says that it is the part, and is the whole
    response.end(++ranges === 2 ? other : other.subarray(Number(first), end));
  });
  const other = Buffer.alloc(24 * 2 ** 20);
  for (let at = 0; at < other.length; at += 4) other.writeUInt32LE(at, at);
  expect(Buffer.compare(await bring(server), other)).toBe(0);
  expect(ranges).toBeGreaterThan(1);
});
