import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { SocketServer } from '../../src/daemon/server.ts';
import { CommandLine } from '../command/command-line.ts';

const engines = useEngines();
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A client that reads nothing of what it is told. */
async function connectDeaf(path: string): Promise<Socket> {
  const socket = connect(path);
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket.pause();
}

function call(id: number): string {
  return `${JSON.stringify({ id, command: 'list' })}\n`;
}

describe('a client that reads no answers', { timeout: 60_000 }, () => {
  it('keeps no server from closing', async () => {
    const path = join(await engines.directory(), 'socket');
    let tellAsked: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      tellAsked = resolve;
    });
    const server = new SocketServer(
      async () => {
        tellAsked();
        return 'x'.repeat(4_000_000);
      },
      () => {},
    );
    await server.listen(path);
    const socket = await connectDeaf(path);
    socket.write(call(1));
    await asked;
    await server.close();
  });

  it('is not read from any more until it does', async () => {
    const path = join(await engines.directory(), 'socket');
    let answered = 0;
    const server = new SocketServer(
      async () => {
        answered++;
        return 'x'.repeat(2000);
      },
      () => {},
    );
    await server.listen(path);
    const socket = await connectDeaf(path);
    const [count, others] = [20_000, 100];
    for (let id = 1; id <= count; id++) socket.write(call(id));
    // each answer to another client leaves time to read on from the first
    const other = connect(path);
    sockets.push(other);
    for (let id = 1; id <= others; id++) {
      other.write(call(id));
      for (let heard = 0; heard < 2000; ) heard += ((await once(other, 'data'))[0] as Buffer).length;
    }
    expect(answered).toBeLessThan(count / 2);
    socket.resume();
    while (answered < count + others) await once(socket, 'data');
    await server.close();
  });

  it('keeps no daemon from ending', async () => {
    const cli = await CommandLine.make();
    try {
      expect((await cli.run('daemon', 'start')).code).toBe(0);
      const socket = await connectDeaf(join(cli.store, 'daemon', 'socket'));
      const closed = new Promise((resolve) => socket.once('close', resolve));
      for (let id = 1; id <= 100_000; id++) socket.write(call(id));
      const { code } = await cli.run('daemon', 'stop');
      expect(code).toBe(0);
      expect(await cli.daemon()).toBeUndefined();
      socket.resume();
      await closed;
    } finally {
      await cli.remove();
    }
  });
});
