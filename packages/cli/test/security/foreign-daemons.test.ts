import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { readLines } from '../../src/daemon/lines.ts';
import { daemonPaths } from '../../src/daemon/private-directory.ts';
import { protocolVersion } from '../../src/daemon/protocol.ts';
import { findDaemon } from '../../src/daemon/start-daemon.ts';

const engines = useEngines();
const ends: (() => void)[] = [];
let store: string;

beforeEach(async () => {
  store = await engines.directory();
  await mkdir(join(store, 'daemon'), { mode: 0o700 });
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

type Message = { readonly id: number; readonly command: string };

/** Something that listens where a daemon would, and answers each message with what this makes of it. */
async function listen(answer: (message: Message) => object | string | null): Promise<Message[]> {
  const heard: Message[] = [];
  const server = createServer((socket) => {
    ends.push(() => socket.destroy());
    readLines(socket, 1000, (line) => {
      const message = JSON.parse(line) as Message;
      heard.push(message);
      const said = answer(message);
      if (said !== null) socket.write(typeof said === 'string' ? said : `${JSON.stringify(said)}\n`);
    });
  });
  ends.push(() => server.close());
  await once(server.listen(daemonPaths(store).socket), 'listening');
  return heard;
}

function daemon(version: string, protocol: number, stopping: boolean): (message: Message) => object {
  return ({ id, command }) => ({
    id,
    value: command === 'hello' ? { version, protocol, pid: 7 } : { stopping },
  });
}

describe('what listens at the socket of a store', { timeout: 10_000 }, () => {
  it('and does not answer is named, and not waited for', async () => {
    await listen(() => null);
    await expect(findDaemon({ store, version: '1.0.0' }, 50)).rejects.toMatchObject({
      code: 'trouble',
      message: expect.stringMatching(/does not answer at .*socket/),
    });
  });

  it.each([
    ['no JSON', 'hello\n'],
    ['no reply', '[]\n'],
    ['a reply that is no object with an id', '{"__proto__":{"id":1},"value":1}\n'],
    ['an error that is none', '{"id":1,"error":{"code":7}}\n'],
  ])('and says %s is no daemon', async (_, said) => {
    await listen(() => said);
    expect(await findDaemon({ store, version: '1.0.0' })).toBeNull();
  });

  it('and is a busy daemon of another version is used if it speaks the same protocol', async () => {
    const heard = await listen(daemon('2.0.0', protocolVersion, false));
    const connection = await findDaemon({ store, version: '1.0.0' });
    expect(connection).not.toBeNull();
    connection?.close();
    expect(heard.map(({ command }) => command)).toEqual(['hello', 'stop']);
  });

  it('and is a busy daemon of another protocol is refused, with both versions and a way out', async () => {
    await listen(daemon('2.0.0', protocolVersion + 1, false));
    await expect(findDaemon({ store, version: '1.0.0' })).rejects.toThrow(
      /\(process 7\) is of version 2\.0\.0, this is 1\.0\.0, and it is busy: wait for it, or stop it/,
    );
  });

  it('and is an idle daemon of another version is asked to go', async () => {
    const heard = await listen(daemon('2.0.0', protocolVersion + 1, true));
    expect(await findDaemon({ store, version: '1.0.0' })).toBeNull();
    expect(heard.at(-1)).toMatchObject({ command: 'stop', onlyIfIdle: true });
  });
});

describe('a line that is longer than it may be', { timeout: 10_000 }, () => {
  it.each([
    ['in one piece with the next', [`${'x'.repeat(11)}\nnext\n`]],
    ['in pieces', ['x'.repeat(6), `${'x'.repeat(5)}\nnext\n`]],
    ['without an end', ['x'.repeat(6), 'x'.repeat(5)]],
  ])('ends the connection, %s', async (_, parts) => {
    const stream = new PassThrough();
    const lines: string[] = [];
    readLines(stream as unknown as Socket, 10, (line) => lines.push(line));
    const failed = once(stream, 'error');
    for (const part of ['short\n', ...parts]) stream.write(part);
    expect(String((await failed)[0])).toMatch(/more than 10 characters/);
    expect(lines).toEqual(['short']);
  });
});
