import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';

export interface BodyServer extends AsyncDisposable {
  readonly origin: string;
}

/** Serves bodies, and the files of `directory`, from another process; it ends with this one at the latest. */
export async function startBodyServer(directory: string): Promise<BodyServer> {
  const script = fileURLToPath(new URL('./serve.ts', import.meta.url));
  const server = fork(script, [directory], { execArgv: ['--import', 'tsx'] });
  const died = once(server, 'exit').then(([code]) => {
    throw new Error(`The server of the bodies ended with code ${code}`);
  });
  died.catch(() => {});
  const [{ port }] = (await Promise.race([once(server, 'message'), died])) as [{ port: number }];
  return {
    origin: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit');
      server.disconnect();
      await ended;
    },
  };
}

/** How fast the server is for a client that does nothing with the bytes; in bytes per second. */
export async function measureServer({ origin }: BodyServer): Promise<number> {
  const size = 2 ** 30;
  const start = performance.now();
  const [response] = (await once(get(`${origin}/body/speed?size=${size}`), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return size / ((performance.now() - start) / 1000);
}
