import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server as RawServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import type { BackgroundFetchRegistration } from '../../src/index.ts';
import { useEngines } from './given.ts';

const engines = useEngines();
const servers: Server[] = [];
const raw: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const server of raw.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Fetches files 0, 1, … of an origin in one background fetch, with short delays, and resolves with how each ended. */
async function fetchFiles(
  origin: string,
  count: number,
  init: RequestInit = {},
): Promise<{ result: string; texts: string[] }> {
  const engine = await engines.open({
    directory: await engines.directory(),
    retry: { firstDelay: 20, longestDelay: 200, stallTimeout: 500, unansweredWithin: 100 },
  });
  const ended = new Promise<{ result: string; texts: string[] }>((resolve) => {
    const read = async (registration: BackgroundFetchRegistration): Promise<void> => {
      const records = await registration.matchAll();
      const texts = records.map(({ responseReady }) =>
        responseReady.then(
          (response) => response.text(),
          (error: Error) => error.name,
        ),
      );
      resolve({ result: registration.result, texts: await Promise.all(texts) });
    };
    engine.onbackgroundfetchsuccess = (event) => event.waitUntil(read(event.registration));
    engine.onbackgroundfetchfail = (event) => event.waitUntil(read(event.registration));
  });
  const requests = Array.from({ length: count }, (_, i) => new Request(`${origin}/${i}`, init));
  await engine.backgroundFetch.fetch('files', requests);
  return await ended;
}

const all = (count: number) => Array.from({ length: count }, (_, i) => `body of /${i}`);

it('one that leads on to nobody is asked a few times for that, and serves the rest', async () => {
  const nobody = await serve(() => {});
  await new Promise((resolve) => nobody.server.close(resolve));
  let asked = 0;
  const { origin } = await serve(({ url }, response) => {
    // the others are answered one after the other, so that some answer lies between two attempts for the first one
    if (url !== '/0') setTimeout(() => response.end(`body of ${url}`), 20);
    else {
      asked++;
      response.writeHead(302, { Location: `${nobody.origin}/` }).end();
    }
  });
  const { result, texts } = await fetchFiles(origin, 60);
  expect(result).toBe('failure');
  expect(texts).toEqual(['TypeError', ...all(60).slice(1)]);
  // eight attempts, and as many as may be taken for one too many
  expect(asked).toBeLessThanOrEqual(12);
});

it('one that does one thing after the other serves all', async () => {
  const waiting: (() => void)[] = [];
  let isBusy = false;
  const next = (): void => {
    const serveOne = waiting.shift();
    isBusy = serveOne !== undefined;
    if (serveOne) setTimeout(serveOne, 150);
  };
  const { origin } = await serve(({ url }, response) => {
    waiting.push(() => {
      response.end(`body of ${url}`);
      next();
    });
    if (!isBusy) next();
  });
  // the sixth waits for longer than a stall takes
  expect(await fetchFiles(origin, 10)).toEqual({ result: 'success', texts: all(10) });
});

it('one that takes two connections is not asked for many more at a time', async () => {
  const { server, origin } = await serve(({ url }, response) => {
    setTimeout(() => response.end(`body of ${url}`), 50);
  });
  server.maxConnections = 2;
  let refused = 0;
  server.on('drop', () => refused++);
  expect(await fetchFiles(origin, 60)).toEqual({ result: 'success', texts: all(60) });
  expect(refused).toBeLessThan(60);
});

/** Answers each request in full with the next of these, and the last for ever, and ends the connection. */
async function serveRaw(...answers: readonly (string | Buffer)[]): Promise<string> {
  let asked = 0;
  const server = createRawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answers[Math.min(asked++, answers.length - 1)] ?? ''));
  });
  raw.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const head = (...lines: readonly string[]): string => [...lines, 'Connection: close', '', ''].join('\r\n');

it('one that cuts a range that the app asked for is asked again', async () => {
  const part = head('HTTP/1.1 206 Part', 'Content-Range: bytes 0-99/1000');
  const origin = await serveRaw(part + 'x'.repeat(50), part + 'x'.repeat(100));
  const { texts } = await fetchFiles(origin, 1, { headers: { Range: 'bytes=0-99' } });
  expect(texts).toEqual(['x'.repeat(100)]);
});

it('one that answers each range with 416, and the ETag, proves no end by that', async () => {
  const whole = head('HTTP/1.1 200 OK', 'ETag: "one"');
  const refusal = head('HTTP/1.1 416 No', 'ETag: "one"', 'Content-Length: 0');
  const origin = await serveRaw(whole + 'x'.repeat(500), refusal, whole + 'x'.repeat(1000));
  const { texts } = await fetchFiles(origin, 1);
  expect(texts).toEqual(['x'.repeat(1000)]);
});

it('one that cuts its headers while it starts has no empty file', async () => {
  const cut = head('HTTP/1.1 200 OK', 'ETag: "one"');
  const { texts } = await fetchFiles(await serveRaw(cut, cut, cut, `${cut}whole`), 1);
  expect(texts).toEqual(['whole']);
});

it('one that has an empty file, and says no length, has it', async () => {
  const { texts } = await fetchFiles(await serveRaw(head('HTTP/1.1 200 OK')), 1);
  expect(texts).toEqual(['']);
});

it.each(['gzip', 'br', 'deflate'])(
  'one that ends its connection behind the head of a body in %s is asked again',
  async (coding) => {
    const cut = head('HTTP/1.1 200 OK', `Content-Encoding: ${coding}`);
    const whole = head('HTTP/1.1 200 OK', 'Content-Encoding: gzip');
    const { texts } = await fetchFiles(
      await serveRaw(cut, Buffer.concat([Buffer.from(whole), gzipSync('the whole')])),
      1,
    );
    expect(texts).toEqual(['the whole']);
  },
);

it('an upload goes to the URL that the app gives for an attempt, wherever its own would lead', async () => {
  const { origin } = await serve((request, response) => {
    request.resume().on('end', () => response.end('taken'));
  });
  let tokens = 0;
  const engine = await engines.open({
    directory: await engines.directory(),
    retry: { firstDelay: 20, longestDelay: 200, stallTimeout: 500, unansweredWithin: 5000 },
    // whoever gives out tokens is in trouble for once
    beforeAttempt: () => {
      if (tokens++ === 0) throw new Error('503');
      return { url: `${origin}/upload` };
    },
  });
  const ended = new Promise<string>((resolve) => {
    engine.onbackgroundfetchsuccess = () => resolve('success');
    engine.onbackgroundfetchfail = ({ registration }) => resolve(registration.failureReason);
  });
  await engine.backgroundFetch.fetch(
    'upload',
    new Request('http://placeholder.invalid/', { method: 'POST', body: 'once' }),
  );
  expect(await ended).toBe('success');
  expect(tokens).toBe(2);
});
