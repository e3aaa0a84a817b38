import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFreePort } from '../src/servers/free-port.ts';
import { Wire } from '../src/wire.ts';

const body = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
let server: Server;
let wire: Wire;

beforeEach(async () => {
  server = createServer((socket) => socket.end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  wire = await Wire.listen(await findFreePort(), (server.address() as AddressInfo).port);
});

afterEach(() => {
  wire.goAway();
  server.close();
});

function receive(): Promise<Buffer> {
  return buffer(connect({ port: wire.port, host: '127.0.0.1' }));
}

describe('the wire', () => {
  it('hands on everything while nobody watches', async () => {
    expect(await receive()).toEqual(body);
  });

  it('ends a connection after exactly as many bytes as are asked for', async () => {
    wire.watch({ points: [300], act: () => wire.cut() });
    expect(await receive()).toEqual(body.subarray(0, 300));
    expect(await wire.unwatch()).toEqual([]);
    expect(await receive()).toEqual(body);
  });

  it('counts the bytes of all connections', async () => {
    wire.watch({ points: [1300], act: () => wire.cut() });
    expect(await receive()).toEqual(body);
    expect(await receive()).toEqual(body.subarray(0, 300));
  });

  it('lets no byte pass until what is to happen has happened', async () => {
    let happen = (): void => {};
    const happened = new Promise<void>((resolve) => {
      happen = resolve;
    });
    let reached = (): void => {};
    const atPoint = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const act = async (): Promise<void> => {
      reached();
      await happened;
    };
    wire.watch({ points: [300], act });
    const client = connect({ port: wire.port, host: '127.0.0.1' });
    let length = 0;
    client.on('data', (chunk) => {
      length += chunk.length;
      if (length === 300) happen();
    });
    await atPoint;
    await once(client, 'end');
    expect(length).toBe(1000);
  });

  it('names the points that were never reached, and forgets them', async () => {
    wire.watch({ points: [300, 1200], act: () => {} });
    expect(await receive()).toEqual(body);
    expect(await wire.unwatch()).toEqual([1200]);
    expect(await receive()).toEqual(body);
  });

  it('tells what an action failed with', async () => {
    wire.watch({
      points: [300],
      act: () => {
        throw new Error('no such server');
      },
    });
    await receive();
    await expect(wire.unwatch()).rejects.toThrow('no such server');
  });

  it('refuses connections while it is away, and takes them again on the same port', async () => {
    wire.goAway();
    await expect(receive()).rejects.toThrow('ECONNREFUSED');
    await wire.comeBack();
    expect(await receive()).toEqual(body);
  });
});
