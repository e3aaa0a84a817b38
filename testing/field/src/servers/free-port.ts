import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to connections, so that none takes it while a server is down. */
const first = 20_000;
const last = 32_000;
let next = first + Math.floor(Math.random() * (last - first));

/** A port of loopback that is free, and that nobody else in this process is given. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    next = next >= last ? first : next + 1;
    const port = next;
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      server.close();
    }
  }
}
