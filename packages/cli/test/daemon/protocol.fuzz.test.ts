import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { givenDirectory } from '../../../node/test/storage/given.ts';
import { checkCall } from '../../src/daemon/check-message.ts';
import { readLines } from '../../src/daemon/lines.ts';
import { type Call, DaemonError } from '../../src/daemon/protocol.ts';
import { SocketServer } from '../../src/daemon/server.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const path = fc.constantFrom('/tmp', 'C:\\x', null);
const header = fc.tuple(text, text);
const name = fc.constantFrom(null, 'film.mp4', '東', '-rf');
const file = fc.record({ url: text, name, integrity: text, headers: fc.array(header, { maxLength: 2 }) });
const settings = fc.record(
  { jobs: fc.nat(), connections: fc.nat(), limitRate: fc.nat(), retry: fc.nat() },
  { requiredKeys: [] },
);
const requested = fc.record({
  id: fc.option(text),
  token: text,
  title: text,
  downloadTotal: fc.maxSafeNat(),
  method: text,
  body: fc.option(fc.record({ path: fc.constantFrom('/tmp', 'C:\\x'), identity: text, version: text })),
  umask: fc.nat(0o777),
  files: fc.array(file, { maxLength: 3 }),
  directory: path,
  overwrite: fc.boolean(),
  settings,
});
const id = fc.integer({ min: 1, max: 2 ** 31 });

function callOf(command: string, members: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<object> {
  return fc.record({ id, command: fc.constant(command), ...members });
}

/** Any call that a client may make. */
const call = fc.oneof(
  callOf('hello', { protocol: fc.nat(), version: text }),
  callOf('fetch', { fetch: requested }),
  callOf('follow', { fetches: fc.array(text) }),
  callOf('save', { fetch: text, directory: path, name, overwrite: fc.boolean() }),
  callOf('stop', { onlyIfIdle: fc.boolean() }),
  ...['list', 'status'].map((command) => callOf(command)),
  ...['show', 'pause', 'resume', 'abort', 'forget'].map((command) => callOf(command, { fetch: text })),
);

const oddities = fc.constantFrom<unknown>(
  ...[
    null,
    undefined,
    true,
    -1,
    1.5,
    Number.MAX_VALUE,
    'x',
    '../x',
    'a/b',
    '..',
    '\0',
    '',
    {},
    [],
    [[]],
    [null],
  ],
  ...[{ length: 1 }, 'constructor', '__proto__', { toString: 1 }],
);
const keys = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'id',
  'command',
  'fetch',
  'files',
  'extra',
  '0',
);

function replaced<T>(list: readonly T[], at: number, ...items: T[]): T[] {
  return [...list.slice(0, at), ...items, ...list.slice(at + 1)];
}

/** The value with one of its parts replaced, removed or added, chosen by `steps`. */
function mutate(value: unknown, steps: readonly number[], odd: unknown, key: string): unknown {
  const [step = 0, ...rest] = steps;
  if (typeof value !== 'object' || value === null || steps.length === 0) return odd;
  if (Array.isArray(value)) {
    const at = step % (value.length + 1);
    return replaced(value, at, mutate(value[at], rest, odd, key));
  }
  const members = Object.entries(value);
  const at = step % (members.length + 1);
  // as JSON.parse does it: an own property, whatever it is called
  if (at === members.length) return Object.fromEntries([...members, [key, odd]]);
  if (odd === undefined) return Object.fromEntries(replaced(members, at));
  const [member = '', part] = members[at] ?? [];
  return Object.fromEntries(replaced(members, at, [member, mutate(part, rest, odd, key)]));
}

const steps = fc.array(fc.nat(20), { minLength: 1, maxLength: 5 });
const mutated = fc
  .tuple(call, steps, oddities, keys)
  .map(([given, at, odd, key]) => mutate(given, at, odd, key));

/** What else than objects can a socket bring? */
const anyJson = fc.oneof(
  fc.json().map((json) => JSON.parse(json) as unknown),
  oddities,
);

/** Whether somebody who acts on a call finds in it what its type says. */
function requireActionable(message: Call): void {
  expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
  if (message.command !== 'fetch') return;
  const { files, directory, body, settings: how, downloadTotal, title } = message.fetch;
  expect([typeof title, Number.isSafeInteger(downloadTotal)]).toEqual(['string', true]);
  for (const place of [directory, body?.path ?? null])
    if (place !== null) expect(place).toMatch(/^(\/|[A-Z]:\\)[^\0]*$/i);
  for (const given of files) {
    expect(given.name ?? 'x').not.toMatch(/[/\\\0]|^\.{0,2}$/);
    for (const [field, value] of given.headers) expect(field.length + value.length).toBeGreaterThanOrEqual(0);
  }
  for (const value of Object.values(how))
    expect(Number.isSafeInteger(value) && (value as number) >= 0).toBe(true);
}

describe('a message to the daemon', () => {
  test('that a client may send is taken as it is', () => {
    fc.assert(
      fc.property(call, (given) => void expect(checkCall(given)).toBe(given)),
      { numRuns: 500 },
    );
  });

  test('of any other form is refused as one, or has every member of the type that it must have', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 5, arbitrary: mutated }, anyJson), (given) => {
        try {
          requireActionable(checkCall(given));
        } catch (error) {
          expect(error).toBeInstanceOf(DaemonError);
          refused++;
        }
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
    expect(({} as { fetch?: unknown }).fetch).toBeUndefined();
  });
});

/** A socket that a test feeds. */
class FedSocket extends EventEmitter {
  destroyedWith: Error | undefined;
  destroy(error: Error): void {
    this.destroyedWith ??= error;
  }
}

test('lines are what lies between line feeds, however they are cut into chunks; one that is too long ends the socket', () => {
  const unit = fc.constantFrom('\n', 'a', '東', '👩', '\r', 'bc');
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 40 }),
      cuts,
      fc.integer({ min: 1, max: 12 }),
      (sent, sizes, limit) => {
        const socket = new FedSocket();
        const lines: string[] = [];
        readLines(socket as unknown as Socket, limit, (line) => lines.push(line));
        const bytes = Buffer.from(sent);
        for (let at = 0, turn = 0; at < bytes.length && !socket.destroyedWith; turn++) {
          const size = sizes[turn % sizes.length] as number;
          socket.emit('data', bytes.subarray(at, at + size));
          at += size;
        }
        const parts = sent.split('\n');
        const tooLong = parts.findIndex(({ length }) => length > limit);
        expect(socket.destroyedWith !== undefined).toBe(tooLong !== -1);
        expect(lines).toEqual(parts.slice(0, tooLong === -1 ? -1 : tooLong));
      },
    ),
    { numRuns: 2000 },
  );
});

test('a line that is too long ends the socket although its end came with it', () => {
  const socket = new FedSocket();
  const lines: string[] = [];
  readLines(socket as unknown as Socket, 4, (line) => lines.push(line));
  socket.emit('data', Buffer.from('abc\nabcde\nabc\n'));
  expect(lines).toEqual(['abc']);
  expect(socket.destroyedWith?.message).toContain('more than 4 characters');
});

describe("the daemon's socket", () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function listen(): Promise<string> {
    const { path: directory, remove } = await givenDirectory();
    const server = new SocketServer(
      async (asked) => asked.command,
      () => {},
    );
    const socket = join(directory, 's');
    await server.listen(socket);
    ends.push(remove, () => server.close());
    return socket;
  }

  /** Everything that comes back for what is sent. */
  async function talk(address: string, chunks: readonly Buffer[]): Promise<unknown[]> {
    const socket = connect(address);
    const answers: unknown[] = [];
    readLines(socket, 1e6, (line) => answers.push(JSON.parse(line)));
    // a daemon that has heard enough hangs up, in the middle of what is sent
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    for (const chunk of chunks) socket.write(chunk);
    socket.end();
    await closed;
    return answers;
  }

  test('answers each call once, or says why not; garbage ends nothing but its own connection', async () => {
    const address = await listen();
    const line = fc.oneof(
      { weight: 3, arbitrary: call.map((given) => JSON.stringify(given)) },
      { weight: 3, arbitrary: mutated.map((given) => JSON.stringify(given) ?? '') },
      fc.constantFrom(
        '',
        '{',
        'null',
        '[]',
        '{"id":1',
        '"\\ud800"',
        `${'['.repeat(5000)}`,
        '{"id":1,"__proto__":{"command":"list"}}',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }).map((given) => given.replace(/\n/g, '')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 6 }),
        fc.uint8Array({ maxLength: 30 }),
        fc.integer({ min: 1, max: 400 }),
        async (lines, tail, size) => {
          const bytes = Buffer.concat([Buffer.from(lines.map((given) => `${given}\n`).join('')), tail]);
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          const answers = await talk(address, chunks);
          expect(answers.length).toBeLessThanOrEqual(
            lines.length + tail.filter((byte) => byte === 10).length,
          );
          for (const answer of answers) expect(answer).toHaveProperty('id');
          const [alive] = await talk(address, [Buffer.from('{"id":7,"command":"list"}\n')]);
          expect(alive).toEqual({ id: 7, value: 'list' });
        },
      ),
      { numRuns: 60 },
    );
  });
});
