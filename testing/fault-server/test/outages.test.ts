import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { askRaw, bytesOf, useFaultServer } from './given.ts';

const server = useFaultServer();
const origins = { same: 'origin', cross: 'crossOrigin', edge: 'edgeOrigin' } as const;
const cross = (target: string) => fetch(server().crossOrigin + target);
const refused = { cause: { code: 'ECONNREFUSED' } };
const order = (message: object, name = 'cross') =>
  fetch(`${server().origin}/outage/${name}`, { method: 'POST', body: JSON.stringify(message) });

afterEach(() => server().accept());

test.each(Object.entries(origins))('an origin is out until its outage ends: %s', async (name, origin) => {
  const url = `${server()[origin]}/r/out-${name}?size=10`;
  const end = await server().outage(name as keyof typeof origins);
  await expect(fetch(url)).rejects.toMatchObject({ cause: expect.anything() });
  await end();
  expect((await fetch(url)).status).toBe(200);
});

test('the secure origin is out until its outage ends', async () => {
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const { port } = new URL(server().secureOrigin);
      // A server that is there answers a plain request with an alert.
      const asking = request({ host: '127.0.0.1', port, agent: false }, () => resolve(true));
      asking.on('error', (error) => resolve(!('code' in error && error.code === 'ECONNREFUSED')));
      asking.end();
    });
  const end = await server().outage('secure');
  expect(await answers()).toBe(false);
  await end();
  expect(await answers()).toBe(true);
});

test('an outage resets what is under way', async () => {
  const open = await cross('/r/under-way?size=1000&stall=10');
  const end = await server().outage('cross');
  await expect(open.arrayBuffer()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect(server().log.of('under-way')).toMatchObject([{ finished: 'cut', bytesSent: 10 }]);
  await end();
});

test('an outage resets idle connections, too', async () => {
  const { hostname, port } = new URL(server().crossOrigin);
  const socket = connect({ host: hostname, port: Number(port) });
  const ended = new Promise((resolve) => socket.on('error', resolve));
  socket.write('GET /r/idle?size=0 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  const end = await server().outage('cross');
  expect(await ended).toMatchObject({ code: 'ECONNRESET' });
  await end();
});

test('an origin that is out may take connections and close them', async () => {
  const end = await server().outage('cross', { as: 'closed' });
  expect(await askRaw(server().crossOrigin, '/r/closed?size=1')).toMatchObject({ head: '' });
  await end();
  expect((await cross('/r/closed?size=1')).status).toBe(200);
});

test('an origin that is out may take connections and answer nothing until it is back', async () => {
  const end = await server().outage('cross', { as: 'silent' });
  const { hostname, port } = new URL(server().crossOrigin);
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const ended = new Promise((resolve) => socket.on('error', resolve));
  await once(socket, 'connect');
  await new Promise<void>((resolve) => {
    socket.write('GET /r/silent?size=1 HTTP/1.1\r\nHost: localhost\r\n\r\n', () => resolve());
  });
  expect(await (await fetch(`${server().origin}/outage/cross`)).json()).toEqual({ out: true });
  expect(server().log.of('silent')).toEqual([]);
  await end();
  expect(await ended).toMatchObject({ code: 'ECONNRESET' });
  expect(answer).toBe('');
  expect((await cross('/r/silent?size=1')).status).toBe(200);
});

test('an origin is back when the last of its outages has ended', async () => {
  const [one, two] = await Promise.all([server().outage('cross'), server().outage('cross')]);
  await one();
  await one();
  await expect(cross('/r/two-outages?size=1')).rejects.toMatchObject(refused);
  await two();
  expect((await cross('/r/two-outages?size=1')).status).toBe(200);
});

test('an origin may go and come many times', async () => {
  for (let i = 0; i < 10; i++) {
    const end = await server().outage('cross');
    await expect(cross('/r/many?size=1')).rejects.toMatchObject(refused);
    await end();
    expect(await bytesOf(await cross('/r/many?size=1'))).toHaveLength(1);
  }
});

test('a test in a browser asks for an outage at an origin that stays', async () => {
  const begun = await order({ milliseconds: 600_000 });
  expect(begun.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(await begun.json()).toEqual({ out: true });
  await expect(cross('/r/asked?size=1')).rejects.toMatchObject(refused);
  expect(await (await order({ end: true })).json()).toEqual({ out: false });
  expect((await cross('/r/asked?size=1')).status).toBe(200);
});

test('an outage ends by itself after its time', async () => {
  await order({ milliseconds: 1 });
  await expect
    .poll(async () => (await fetch(`${server().origin}/outage/cross`)).json(), { timeout: 30_000 })
    .toEqual({ out: false });
  expect((await cross('/r/timed?size=1')).status).toBe(200);
});

test('an outage is not begun at the origin it would affect', async () => {
  const response = await order({ milliseconds: 1 }, 'same');
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('does not affect')]);
});

test.each([
  ['nowhere', { milliseconds: 1 }],
  ['cross', { milliseconds: -1 }],
  ['cross', { milliseconds: 'long' }],
  ['cross', { as: 'gone' }],
])('a wrong order is refused with a reason: %s %o', async (name, message) => {
  expect((await order(message, name)).status).toBe(400);
});
