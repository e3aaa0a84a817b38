import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export const film = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
export const loginPage = '<title>Welcome to our network</title>';

export interface Portals {
  /**
   * The origin of a film that is cut once, after which `portalAnswers` requests are led to the login page of another site,
   * and the rest to the film, with this media type.
   */
  behindAPortal(portalAnswers: number, mediaType?: string): Promise<string>;
}

/** Servers that are closed after the test. */
export function usePortal(): Portals {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  return {
    async behindAPortal(portalAnswers, mediaType = 'video/mp4') {
      const portal = await serve((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(loginPage);
      });
      let requests = 0;
      return await serve((request, response) => {
        const number = requests++;
        if (number > 0 && number <= portalAnswers)
          return void response.writeHead(302, { Location: `${portal}/login` }).end();
        const [, start = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
        const rest = film.subarray(Number(start));
        const range = `bytes ${start}-${film.length - 1}/${film.length}`;
        response.writeHead(request.headers.range ? 206 : 200, {
          'Content-Type': number === 0 ? 'video/mp4' : mediaType,
          'Content-Length': rest.length,
          ETag: '"1"',
          'Accept-Ranges': 'bytes',
          ...(request.headers.range && { 'Content-Range': range }),
        });
        if (number > 0) response.end(rest);
        else response.write(rest.subarray(0, 100_000), () => setImmediate(() => response.destroy()));
      });
    },
  };
}
