import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { afterEach, expect, it } from 'vitest';
import type { BackgroundFetchRegistration } from '../../src/index.ts';
import { useEngines } from './given.ts';

const engines = useEngines();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Fetches files 0, 1, … of an origin in one background fetch, with short delays, and resolves with how each ended. */
async function fetchFiles(origin: string, count: number): Promise<{ result: string; texts: string[] }> {
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
  const urls = Array.from({ length: count }, (_, i) => `${origin}/${i}`);
  await engine.backgroundFetch.fetch('files', urls);
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

it.each(['gzip', 'br', 'deflate'])(
  'one that ends its connection behind the head of a body in %s is asked again',
  async (coding) => {
    let asked = 0;
    const raw = createRawServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        const isFirst = asked++ === 0;
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Encoding: ${isFirst ? coding : 'gzip'}\r\nConnection: close\r\n\r\n`,
        );
        socket.end(isFirst ? '' : gzipSync('the whole'));
      });
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const { texts } = await fetchFiles(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`, 1);
    raw.close();
    expect(texts).toEqual(['the whole']);
  },
);

it('an upload that waits in the queue of a dispatcher waits on, for longer than a stall', async () => {
  const sent: string[] = [];
  let finish = (): void => {};
  const { origin } = await serve((request, response) => {
    sent.push(`${request.method} ${request.url}`);
    if (request.method === 'POST') request.resume().on('end', () => response.end('taken'));
    else {
      response.writeHead(200, { 'Content-Length': 2 }).write('o');
      finish = () => response.end('k');
    }
  });
  const dispatcher = new Agent({ connections: 1 });
  let looks = 0;
  const engine = await engines.open({
    directory: await engines.directory(),
    dispatcher,
    retry: { firstDelay: 20, longestDelay: 200, stallTimeout: 200, unansweredWithin: 100 },
  });
  const ended = new Promise<string>((resolve) => {
    const tell = ({ registration }: { readonly registration: BackgroundFetchRegistration }): void => {
      if (registration.id === 'upload') resolve(registration.result);
    };
    engine.onbackgroundfetchsuccess = tell;
    engine.onbackgroundfetchfail = tell;
  });
  // it holds the only connection
  const holding = await dispatcher.request({ origin, path: '/holder', method: 'GET' });
  await engine.backgroundFetch.fetch(
    'upload',
    new Request(`${origin}/upload`, { method: 'POST', body: 'once' }),
  );
  const timer = setInterval(() => {
    if (++looks === 4) finish();
  }, 200);
  await holding.body.text();
  expect(await ended).toBe('success');
  clearInterval(timer);
  expect(sent).toEqual(['GET /holder', 'POST /upload']);
  await engine.close();
  await dispatcher.close();
});

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
