import { readShell } from '../built-in.ts';
import { scope } from './scope.ts';

const prefix = 'shell-';
const shellCache = () => prefix + readShell().version;

/** Keeps the pages themselves, so that the app opens offline. */
export function listenForLifecycle(): void {
  scope.addEventListener('install', (event) => {
    event.waitUntil(keepShell());
    // Nothing of an old version is in use that the new one would break.
    scope.skipWaiting();
  });
  scope.addEventListener('activate', (event) => {
    event.waitUntil(Promise.all([dropOldShells(), scope.clients.claim()]));
  });
}

export async function answerFromShell(request: Request): Promise<Response> {
  const cache = await caches.open(shellCache());
  const { pathname } = new URL(request.url);
  return (await cache.match(pathname)) ?? fetch(request);
}

async function keepShell(): Promise<void> {
  const cache = await caches.open(shellCache());
  // Past the HTTP cache, or the new version would be made of old files.
  await cache.addAll(readShell().paths.map((path) => new Request(path, { cache: 'reload' })));
}

async function dropOldShells(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== shellCache());
  await Promise.all(old.map((name) => caches.delete(name)));
}
