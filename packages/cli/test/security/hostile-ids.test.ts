import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { useEngines } from '../../../node/test/engine/given.ts';
import { until, useFaultServer } from '../../../node/test/network/given.ts';
import { Connection } from '../../src/daemon/connection.ts';
import { requireShortTexts } from '../../src/daemon/fetch-requests.ts';
import { longestLine, type RequestedFetch } from '../../src/daemon/protocol.ts';
import { SocketServer } from '../../src/daemon/server.ts';

const server = useFaultServer();
const engines = useEngines();

const ids = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '',
  'x\ud800',
  'x\ud801',
  'a\0b',
  '../../escape',
  '/etc/passwd',
  "'; DROP TABLE fetches; --",
  'x'.repeat(2 ** 20),
];

describe('an id', () => {
  it('may be any text: it comes back as it was, after a restart as well, and names no file', async () => {
    const directory = await engines.directory();
    const first = await engines.open({ directory });
    for (const [index, id] of ids.entries()) {
      const { id: given } = await first.backgroundFetch.fetch(
        id,
        `${server().origin}/r/id-${index}?size=9&hold=1`,
      );
      expect(given === id).toBe(true);
    }
    await first.close();
    const second = await engines.open({ directory });
    const found = await second.backgroundFetch.getIds();
    expect(found.length).toBe(ids.length);
    expect(found.every((id, index) => id === ids[index])).toBe(true);
    const ended: string[] = [];
    second.onbackgroundfetchabort = ({ registration }) => void ended.push(registration.id);
    for (const id of ids) {
      await second.pause(id).catch((error) => expect([id, error]).toEqual(['', expect.any(TypeError)]));
      if (id !== '') expect(await (await second.backgroundFetch.get(id))?.abort()).toBe(true);
    }
    await until(() => ended.length === ids.length - 1);
    expect(await second.backgroundFetch.getIds()).toEqual(['']);
    for (const name of await readdir(directory, { recursive: true })) {
      expect(name).toMatch(
        /^(bodies|bodies.[0-9a-f]{24}|engine\.(lock|lock-journal|pid)|store\.db(-shm|-wal)?)$/,
      );
    }
    expect(({} as { id?: string }).id).toBeUndefined();
  });

  it.each([
    ['id', { id: 'x'.repeat(4097), title: '' }],
    ['title', { id: null, title: 'x'.repeat(4097) }],
  ])('or title of the command has to be short, as every list holds it: %s', (name, texts) => {
    expect(() => requireShortTexts(texts as RequestedFetch)).toThrow(
      new RegExp(`^The ${name} has 4097 characters, and may have 4096: give a shorter --${name}$`),
    );
    expect(() => requireShortTexts({ id: 'x'.repeat(4096), title: '' } as RequestedFetch)).not.toThrow();
  });
});

describe('a message of the daemon that would be too long', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function connected(answer: () => unknown): Promise<Connection> {
    const socket = join(await engines.directory(), 'socket');
    const daemon = new SocketServer(
      async () => answer(),
      () => {},
    );
    await daemon.listen(socket);
    ends.push(() => daemon.close());
    const connection = await Connection.open(socket);
    ends.push(() => connection.close());
    return connection;
  }

  it('is an error for who asked, and the connection goes on', async () => {
    const answers = ['x'.repeat(longestLine), 'short'];
    const connection = await connected(() => answers.shift());
    await expect(connection.call('list', {})).rejects.toMatchObject({
      code: 'trouble',
      message: expect.stringMatching(/^The answer is too long .*: ask for less at a time/),
    });
    expect(await connection.call('list', {})).toBe('short');
  });

  it('is refused before it is sent', async () => {
    const connection = await connected(() => 'short');
    await expect(connection.call('show', { fetch: 'x'.repeat(longestLine) })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/too much for one message/),
    });
    expect(await connection.call('list', {})).toBe('short');
  });
});
