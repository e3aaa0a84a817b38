import { expect, test } from 'vitest';
import { Line } from '../src/line.ts';
import { askOnOneConnection, askRaw, bytesOf, control, expectedBytes, useFaultServer } from './given.ts';

const server = useFaultServer();

test('a cut ends with a FIN after the asked bytes, the whole length announced', async () => {
  const answer = await askRaw(server().origin, '/r/cut?size=200000&cut=70001');
  expect(answer.head).toContain('Content-Length: 200000');
  expect(answer.body).toEqual(Buffer.from(expectedBytes('cut', 1, 0, 70001)));
  expect(answer.end).toBe('fin');
  expect(server().log.of('cut')).toMatchObject([{ bytesSent: 70001, finished: 'cut' }]);
});

test('a reset ends with a RST', async () => {
  // Released once its bytes are read, so that the reset comes alone.
  const release = async (received: number) => {
    if (received > 1000) {
      await server().log.waitFor((entry) => entry.key === 'reset' && entry.waiting);
      await control(server(), 'reset', { release: true });
    }
  };
  const answer = await askRaw(server().origin, '/r/reset?size=200000&stall=1000&reset=1000', [], release);
  expect(answer.end).toBe('reset');
  expect(server().log.of('reset')).toMatchObject([{ bytesSent: 1000, finished: 'cut' }]);
});

test('a dropped request gets no byte', async () => {
  expect(await askRaw(server().origin, '/r/fin?size=1&drop=fin')).toMatchObject({ head: '', end: 'fin' });
  expect(await askRaw(server().origin, '/r/rst?size=1&drop=reset')).toMatchObject({ head: '', end: 'reset' });
});

test('chunks end without the terminating one', async () => {
  const answer = await askRaw(server().origin, '/r/chunks?size=5000&endchunk=1000');
  expect(answer.head).toContain('Transfer-Encoding: chunked');
  expect(answer.body.toString('latin1')).not.toMatch(/\r\n0\r\n\r\n$/);
  expect(answer.end).toBe('fin');
});

test('a body without a length is chunked and whole', async () => {
  const response = await fetch(`${server().origin}/r/none?size=5000&length=none`);
  expect(response.headers.get('Content-Length')).toBeNull();
  expect(await bytesOf(response)).toEqual(expectedBytes('none', 1, 0, 5000));
});

test('a body may be delimited by the end of the connection alone', async () => {
  const answer = await askRaw(server().origin, '/r/close?size=5000&length=close');
  expect(answer.head).not.toMatch(/content-length|transfer-encoding/i);
  expect(answer.body).toHaveLength(5000);
});

test('a stall lasts until it is released', async () => {
  const response = await fetch(`${server().origin}/r/stall?size=200000&stall=70000`);
  const stalled = await server().log.waitFor((entry) => entry.key === 'stall' && entry.waiting);
  expect(stalled.bytesSent).toBe(70000);
  await control(server(), 'stall', { release: true });
  expect(await bytesOf(response)).toEqual(expectedBytes('stall', 1, 0, 200000));
});

test('held headers come when they are released', async () => {
  const response = fetch(`${server().origin}/r/hold?size=10&hold=1`);
  const held = await server().log.waitFor((entry) => entry.key === 'hold' && entry.waiting);
  expect(held.status).toBeNull();
  await control(server(), 'hold', { release: true });
  expect((await response).status).toBe(200);
});

test('what is withheld is withheld from every range, until the control says otherwise', async () => {
  const url = `${server().origin}/r/withhold?size=1000&withhold=600`;
  const before = await fetch(url, { headers: { range: 'bytes=100-599' } });
  expect(await bytesOf(before)).toEqual(expectedBytes('withhold', 1, 100, 600));
  const leaving = new AbortController();
  await fetch(url, { headers: { range: 'bytes=500-' }, signal: leaving.signal });
  const waiting = await server().log.waitFor((entry) => entry.key === 'withhold' && entry.waiting);
  expect(waiting.bytesSent).toBe(100);
  leaving.abort();
  await control(server(), 'withhold', { params: { withhold: 'none' } });
  expect(await bytesOf(await fetch(url))).toEqual(expectedBytes('withhold', 1, 0, 1000));
});

test('a client that leaves a stall is logged as such', async () => {
  const leaving = new AbortController();
  await fetch(`${server().origin}/r/leave?size=1000&stall=10`, { signal: leaving.signal });
  leaving.abort();
  const entry = await server().log.waitFor(({ key, finished }) => key === 'leave' && finished !== null);
  expect(entry).toMatchObject({ finished: 'aborted-by-client', bytesSent: 10 });
});

test('a throttled and delayed body arrives whole', async () => {
  const response = await fetch(`${server().origin}/r/slow?size=3000&rate=30000&delay=5`);
  expect(await bytesOf(response)).toEqual(expectedBytes('slow', 1, 0, 3000));
});

test('what shares a line waits for its turn, and a line that was idle saves nothing up', () => {
  let now = 0;
  const line = new Line(() => now);
  const take = () => line.take(100_000, 1_000_000);
  // a turn may be 50 ms late without a loss
  expect([take(), take(), take()]).toEqual([50, 150, 250]);
  now = 5000;
  expect([take(), take()]).toEqual([50, 150]);
});

test('bodies that share a line arrive whole', async () => {
  const url = `${server().origin}/r/line?size=30000&linerate=300000`;
  const bodies = await Promise.all([fetch(url), fetch(url)].map(async (response) => bytesOf(await response)));
  expect(bodies).toEqual([expectedBytes('line', 1, 0, 30_000), expectedBytes('line', 1, 0, 30_000)]);
});

test('the other origin refuses connections until it accepts them again', async () => {
  const url = `${server().crossOrigin}/r/refused?size=10&stall=5`;
  const open = await fetch(url);
  await server().refuse();
  await expect(open.arrayBuffer()).rejects.toThrow();
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await server().accept();
  expect((await fetch(`${server().crossOrigin}/r/refused?size=10`)).status).toBe(200);
  expect(server().log.of('refused')[0]?.finished).toBe('cut');
});

test.each([
  ['resetat', 'reset'],
  ['finat', 'fin'],
] as const)('a connection dies at the request %s names, whatever its key', async (fault, end) => {
  const targets = ['one', 'two', 'three', 'four'].map((key) => `/r/${fault}-${key}?size=0&${fault}=3`);
  expect(await askOnOneConnection(server().origin, targets)).toEqual({ statuses: [200, 200], end });
  expect(server().log.of(`${fault}-three`)).toMatchObject([{ status: null, finished: 'cut' }]);
});

test('the log tells on which connection a request came', async () => {
  const targets = ['/r/on-one?size=0', '/r/on-one?size=0'];
  await askOnOneConnection(server().origin, targets);
  await askOnOneConnection(server().origin, ['/r/on-one?size=0']);
  const [first, second, third] = server().log.of('on-one');
  expect(second?.connection).toBe(first?.connection);
  expect(third?.connection).not.toBe(first?.connection);
});
