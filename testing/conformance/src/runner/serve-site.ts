import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, extname, join } from 'node:path';
import type { FaultServer } from '@background-fetch/testing-fault-server';

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };

/**
 * Serves what was built. All of it is below `bound/`, too, and there and below the scopes of service workers it has the
 * Content Security Policy that its query names.
 */
export function serveSite(server: FaultServer, directory: string): void {
  server.serveDirectory('/conformance/', directory);
  for (const folder of ['bound', 'scopes']) server.mount(`/conformance/${folder}/`, serveBound);
  async function serveBound(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', server.origin);
    const script = await readFile(join(directory, basename(pathname)));
    response.writeHead(200, {
      'Content-Type': `${types[extname(pathname)]}; charset=utf-8`,
      'Content-Security-Policy': searchParams.get('policy') ?? '',
      'Cache-Control': 'no-store',
      'Service-Worker-Allowed': '/',
    });
    response.end(script);
  }
}
