import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
