import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.mp4': 'video/mp4',
};

/** Serves the files of `directory` below `prefix`; a folder is its index.html. */
export function serveFilesOf(directory: string, prefix: string) {
  const root = resolve(directory);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const below = decodeURIComponent(pathname.slice(prefix.length));
    const asked = resolve(join(root, below));
    const found = asked === root || asked.startsWith(root + sep) ? await findFile(asked) : undefined;
    if (!found) {
      response.writeHead(404, { 'Content-Type': 'text/plain' });
      response.end(`There is no ${below} below ${prefix}.\n`);
      return;
    }
    response.writeHead(200, {
      'Content-Type': TYPES[extname(found.path)] ?? 'application/octet-stream',
      'Content-Length': found.size,
      'Cache-Control': 'no-store',
      'Service-Worker-Allowed': '/',
    });
    if (request.method === 'HEAD') response.end();
    else await pipeline(createReadStream(found.path), response);
  };
}

async function findFile(path: string): Promise<{ path: string; size: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return findFile(join(path, 'index.html'));
  return found?.isFile() ? { path, size: found.size } : undefined;
}
