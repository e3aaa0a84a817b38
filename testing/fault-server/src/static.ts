import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** A handler that serves the files of a directory below a prefix, never from a cache. */
export function directoryHandler(
  prefix: string,
  directory: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const root = resolve(directory);
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = await fileAt(root, decodeURIComponent(pathname.slice(prefix.length)));
    if (file === null) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`No file for ${pathname} in ${root}.`);
      return;
    }
    const bytes = await readFile(file);
    response.writeHead(200, {
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Length': bytes.length,
      'Cache-Control': 'no-store',
      // A worker below the prefix may control pages of the whole origin.
      'Service-Worker-Allowed': '/',
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };
}

async function fileAt(root: string, path: string): Promise<string | null> {
  const candidate = join(root, path);
  if (candidate !== root && !candidate.startsWith(root + sep)) {
    return null;
  }
  const found = await stat(candidate).catch(() => null);
  if (found?.isDirectory()) {
    const index = join(candidate, 'index.html');
    return (await stat(index).catch(() => null))?.isFile() ? index : null;
  }
  return found?.isFile() ? candidate : null;
}
