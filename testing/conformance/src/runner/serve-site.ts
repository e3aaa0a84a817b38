import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FaultServer } from '@background-fetch/testing-fault-server';

/** Serves what was built. Scripts below `bound/` have the Content Security Policy that their query names. */
export function serveSite(server: FaultServer, directory: string): void {
  server.serveDirectory('/conformance/', directory);
  server.mount('/conformance/bound/', async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', server.origin);
    const script = await readFile(join(directory, basename(pathname)));
    response.writeHead(200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Security-Policy': searchParams.get('policy') ?? '',
      'Cache-Control': 'no-store',
      'Service-Worker-Allowed': '/',
    });
    response.end(script);
  });
}
