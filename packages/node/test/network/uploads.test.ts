import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkResponse } from '@background-fetch/core';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { FileStore } from '@tus/file-store';
import { Server as TusServer } from '@tus/server';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesOf, useFaultServer, useNetworks } from './given.ts';
import { useResumableServers } from './resumable-server.ts';
import { content, Uploader } from './uploader.ts';

const network = useNetworks();
const serve = useResumableServers();
const faultServer = useFaultServer();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const sha256 = createHash('sha256').update(content).digest('hex');

async function digestIn(response: NetworkResponse): Promise<unknown> {
  return JSON.parse(Buffer.from(await bytesOf(response)).toString()).sha256;
}

describe('an upload to a server of the IETF draft', () => {
  it('needs one request if nothing happens to it', async () => {
    const server = await serve();
    const uploader = new Uploader();
    const response = await uploader.upload(server.url, network);
    expect(response.head).toMatchObject({ status: 200, url: server.url });
    expect(await digestIn(response)).toBe(sha256);
    // the core was told of each byte already
    expect(response.uploaded).toBe(0);
    expect(server.uploads[0]?.headers).toMatchObject({
      'upload-complete': '?1',
      'upload-length': `${content.length}`,
      'upload-draft-interop-version': '8',
    });
    expect(uploader.sent.at(-1)).toBe(content.length);
    expect(uploader.sent.length).toBeGreaterThan(10);
    expect(uploader.sent).toEqual([...uploader.sent].sort((a, b) => a - b));
  });

  it.each([
    ['at its first byte', [1]],
    ['in the middle, again and again', [500_000, 500_000, 1, 1_000_000]],
    ['before its last byte', [content.length - 1]],
    ['after its last byte', [content.length]],
  ])('goes on where it was cut %s, after each restart', async (_name, cuts) => {
    const server = await serve({}, [...cuts]);
    const uploader = new Uploader();
    const response = await uploader.upload(server.url, network);
    expect(await digestIn(response)).toBe(sha256);
    expect(server.uploads).toHaveLength(1);
    // the smaller the parts get with what was lost, the fewer are long enough to be cut
    expect(uploader.failures).toBeGreaterThanOrEqual(Math.min(cuts.length, 3));
    // no byte was sent twice that the server had acknowledged: it would have refused it
    expect(server.log.filter((line) => line.endsWith(' 409'))).toEqual([]);
  });

  it('ends well if only the answer to all of it was lost', async () => {
    const server = await serve({ loseAnswer: true });
    const response = await new Uploader().upload(server.url, network);
    expect(response.head.status).toBe(204);
    expect(response.body).toBeNull();
    expect(Buffer.from(server.uploads[0]?.bytes ?? []).equals(content)).toBe(true);
    expect(server.log.at(-1)).toBe('HEAD /uploads/0 204');
  });

  it.each([
    ['200 and ?0', { after: 65_536, status: 200, says: '?0' }],
    ['200 and nothing', { after: 65_536, status: 200, says: null }],
    ['201 and ?0', { after: 65_536, status: 201, says: '?0' }],
  ])('goes on after an early answer that does not say that it has all: %s', async (_name, early) => {
    const server = await serve({ early });
    const response = await new Uploader().upload(server.url, network);
    expect(await digestIn(response)).toBe(sha256);
    expect(server.uploads).toHaveLength(1);
    expect(server.log.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('goes on after an answer that it is not complete although no upload was announced', async () => {
    const server = await serve({ silent: true, early: { after: 65_536, status: 201, says: '?0' } });
    expect(await digestIn(await new Uploader().upload(server.url, network))).toBe(sha256);
    expect(server.uploads).toHaveLength(1);
  });

  it('is over with a success that says nothing, if the upload resource has all, or is gone with it', async () => {
    for (const faults of [{ quiet: true }, { quiet: true, forgetsComplete: true }]) {
      const server = await serve(faults);
      const response = await new Uploader().upload(server.url, network);
      expect(response.head.status).toBe(200);
      expect(await digestIn(response)).toBe(sha256);
      expect(server.log.filter((line) => line.startsWith('PATCH'))).toEqual([]);
    }
  });

  it('keeps to the limit for what is appended at a time', async () => {
    const server = await serve({ maxAppend: 700_000 }, [500_000]);
    const response = await new Uploader().upload(server.url, network);
    expect(await digestIn(response)).toBe(sha256);
    expect(server.log.filter((line) => line.startsWith('PATCH'))).toHaveLength(4);
  });

  it('waits while another connection still has the upload, or the server has no time', async () => {
    const server = await serve({ patchStatuses: [409, 503, 429] }, [500_000]);
    const uploader = new Uploader();
    expect(await digestIn(await uploader.upload(server.url, network))).toBe(sha256);
    expect(uploader.failures).toBe(4);
  });

  it('ends with what the server says when it refuses to go on', async () => {
    const refused = await serve({ patchStatuses: [403] }, [500_000]);
    expect((await new Uploader().upload(refused.url, network)).head.status).toBe(403);
  });

  it('is not sent again if the server announced nothing, or something else', async () => {
    for (const faults of [{ silent: true }, { interopVersion: '7' }, { location: 'ftp://127.0.0.1' }]) {
      const server = await serve(faults, [500_000]);
      await expect(new Uploader().upload(server.url, network)).rejects.toThrow(TypeError);
      expect(server.uploads).toHaveLength(1);
    }
  });

  it('does not take secrets to another origin, and no field of the whole body to a part', async () => {
    const elsewhere = await serve();
    const server = await serve({ location: new URL(elsewhere.url).origin }, [500_000]);
    const headers = [
      ['authorization', 'Bearer secret'],
      ['content-type', 'video/mp4'],
      ['x-own', 'kept'],
    ] as const;
    elsewhere.uploads.push({ headers: {}, bytes: content.subarray(0, 500_000), complete: false });
    const response = await new Uploader().upload(server.url, network, { headers });
    expect(await digestIn(response)).toBe(sha256);
    expect(elsewhere.requests).toEqual([
      expect.not.objectContaining({ authorization: expect.anything() }),
      expect.not.objectContaining({ authorization: expect.anything() }),
    ]);
    for (const fields of elsewhere.requests) expect(fields).not.toHaveProperty('x-own');
    expect(elsewhere.requests[1]).toMatchObject({
      'content-type': 'application/partial-upload',
      'user-agent': expect.any(String),
    });
  });

  it('goes from https: to http: only where the app allows it', async () => {
    const elsewhere = await serve();
    elsewhere.uploads.push({ headers: {}, bytes: Buffer.alloc(0), complete: false });
    const { key, cert } = await makeCertificate();
    const lines = [
      'HTTP/1.1 104 Upload Resumption Supported',
      `Location: ${new URL(elsewhere.url).origin}/uploads/0`,
      'Upload-Draft-Interop-Version: 8',
    ];
    const secure = createTlsServer({ key, cert }, (request) => {
      request.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      let received = 0;
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > 1_000_000) request.socket.destroy();
      });
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const dispatcher = new Agent({ connect: { ca: cert } });
    ends.push(async () => {
      await dispatcher.destroy();
      secure.closeAllConnections();
      await new Promise((resolve) => secure.close(resolve));
    });
    const address = secure.address();
    const url = `https://localhost:${typeof address === 'object' ? address?.port : ''}/files`;
    const uploader = new Uploader();
    await expect(uploader.attempt(network({ dispatcher }), url)).rejects.toThrow(TypeError);
    await expect(uploader.attempt(network({ dispatcher }), url)).rejects.toThrow(/insecureRedirects/);
    expect(elsewhere.requests).toEqual([]);
    const allowed = await uploader.upload(url, () => network({ dispatcher, insecureRedirects: true }));
    expect(await digestIn(allowed)).toBe(sha256);
  });

  it('is an ordinary request where that is wanted', async () => {
    const server = await serve();
    await new Uploader().upload(server.url, () => network({ uploads: 'never' }));
    expect(server.uploads[0]?.headers).not.toHaveProperty('upload-complete');
  });

  it('is an ordinary request for a server that has never heard of it', async () => {
    const url = `${faultServer().origin}/upload/ordinary`;
    const response = await new Uploader().upload(url, network);
    expect(await digestIn(response)).toBe(sha256);
  });

  it('says what is wrong with a state that it does not understand', async () => {
    const server = await serve();
    const uploader = new Uploader();
    uploader.state = '{"protocol":"carrier pigeon","url":"x"}';
    await expect(uploader.attempt(network(), server.url)).rejects.toThrow(/not understood.*pigeon/);
  });
});

describe('an upload to a tus server', () => {
  /** A real tus server, behind a proxy that cuts each connection after so many bytes of a PATCH, while there are any. */
  async function startTus(cuts: number[] = []): Promise<{ url: string; log: string[]; store: FileStore }> {
    const directory = await mkdtemp(join(tmpdir(), 'tus-'));
    const store = new FileStore({ directory });
    const tus = new TusServer({ path: '/files', datastore: store, relativeLocation: true });
    const log: string[] = [];
    const server = createServer((request, response) => {
      response.on('finish', () => log.push(`${request.method} ${response.statusCode}`));
      tus.handle(request, response);
    });
    const serverPort = await listen(server);
    const proxy = createTcpServer((client) => {
      const upstream = connect(serverPort, '127.0.0.1');
      let left = Number.POSITIVE_INFINITY;
      client.on('data', (chunk: Buffer) => {
        const patch = chunk.subarray(0, 6).toString() === 'PATCH ';
        if (patch) left = (cuts.shift() ?? Number.POSITIVE_INFINITY) + chunk.indexOf('\r\n\r\n') + 4;
        upstream.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left > 0) return;
        client.destroy();
        upstream.end();
      });
      upstream.pipe(client);
      client.on('error', () => upstream.destroy()).on('end', () => upstream.end());
      upstream.on('error', () => client.destroy());
    });
    const url = `http://127.0.0.1:${await listen(proxy)}/files`;
    ends.push(async () => {
      server.closeAllConnections();
      await Promise.all([server, proxy].map((each) => new Promise((resolve) => each.close(resolve))));
      await rm(directory, { recursive: true, force: true });
    });
    return { url, log, store };
  }

  function listen(server: TcpServer): Promise<number> {
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  async function storedBytes(store: FileStore, state: string | null | undefined): Promise<Buffer> {
    const id = new URL(JSON.parse(state ?? '').url).pathname.split('/').at(-1) ?? '';
    const parts: Buffer[] = [];
    for await (const part of store.read(id)) parts.push(part);
    return Buffer.concat(parts);
  }

  const tus = () => network({ uploads: 'tus' });

  it('is created and sent', async () => {
    const { url, log, store } = await startTus();
    const uploader = new Uploader();
    const response = await uploader.upload(url, tus, { headers: [['content-type', 'video/mp4']] });
    expect(response.head.status).toBe(204);
    expect(uploader.sent.at(-1)).toBe(content.length);
    expect(log).toEqual(['POST 201', 'HEAD 200', 'PATCH 204']);
    expect((await storedBytes(store, uploader.state)).equals(content)).toBe(true);
    const id = new URL(JSON.parse(uploader.state ?? '').url).pathname.split('/').at(-1) ?? '';
    expect((await store.getUpload(id)).metadata).toEqual({ filetype: 'video/mp4' });
  });

  it.each([
    ['at its first byte', [1]],
    ['in the middle, again and again', [500_000, 500_000, 1, 1_000_000]],
    ['after its last byte', [content.length]],
  ])('goes on where it was cut %s, after each restart', async (_name, cuts) => {
    const { url, log, store } = await startTus([...cuts]);
    const uploader = new Uploader();
    const response = await uploader.upload(url, tus);
    expect(response.head.status).toBe(204);
    expect((await storedBytes(store, uploader.state)).equals(content)).toBe(true);
    expect(log.filter((line) => line === 'POST 201')).toHaveLength(1);
    // the smaller the parts get with what was lost, the fewer are long enough to be cut
    expect(uploader.failures).toBeGreaterThanOrEqual(Math.min(cuts.length, 3));
  });

  it('is created again if the answer to its creation was lost', async () => {
    const { url, store } = await startTus();
    const uploader = new Uploader();
    const lost = tus();
    const creating = uploader.attempt(lost, url);
    while (uploader.state === undefined) await new Promise((resolve) => setImmediate(resolve));
    await lost.close();
    await expect(creating).rejects.toThrow(TypeError);
    await uploader.upload(url, tus);
    expect((await storedBytes(store, uploader.state)).equals(content)).toBe(true);
  });

  it('goes to no place that may not be redirected to either', async () => {
    const { url, log } = await startTus();
    const refusal = ({ pathname }: URL) => (pathname === '/files' ? null : 'it is not ours');
    const uploader = new Uploader();
    const refused = uploader.attempt(network({ uploads: 'tus', refusal }), url);
    await expect(refused).rejects.toThrow(/may not have the upload: it is not ours/);
    expect(log).toEqual(['POST 201']);
  });

  it('ends with what the endpoint says if it is none', async () => {
    const url = `${faultServer().origin}/r/no-tus?size=10&status=405`;
    const response = await new Uploader().upload(url, tus);
    expect(response.head.status).toBeGreaterThanOrEqual(400);
  });
});
