import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Pages, scripts and styles by path; all small, so they stay in memory. */
export type ShellFiles = ReadonlyMap<string, Buffer>;

/** Sends a file of the app shell; false where there is none of that path. */
export function sendShellFile(
  files: ShellFiles,
  path: string,
  ifNoneMatch: string | undefined,
  response: ServerResponse,
): boolean {
  const name = path === '/' ? '/index.html' : files.has(path) ? path : `${path}.html`;
  const body = files.get(name);
  if (!body) return false;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  const headers = { etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  if (ifNoneMatch === etag) {
    response.writeHead(304, headers).end();
    return true;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'content-length': body.length,
  });
  // Node leaves the body out where the request was HEAD.
  response.end(body);
  return true;
}
