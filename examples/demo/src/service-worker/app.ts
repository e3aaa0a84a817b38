import { answerDownload, findDownloadable } from './answer-download.ts';
import { scope } from './scope.ts';
import { listenForSettling } from './settle.ts';
import { answerFromShell, listenForLifecycle } from './shell.ts';

/**
 * The app's part of the service worker: the same above the polyfill and above the browser's own API.
 * @param streams whether records give their responses while they are being downloaded
 */
export function startApp(streams: boolean): void {
  listenForLifecycle();
  listenForSettling();
  scope.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== location.origin) return;
    const downloadable = findDownloadable(url.pathname);
    // Artwork is in the shell too, so that the list looks right before anything was downloaded.
    if (downloadable && downloadable.file.role !== 'artwork') {
      event.respondWith(answerDownload(request, downloadable, streams));
    } else if (request.mode === 'navigate' || isAsset(url.pathname)) {
      event.respondWith(answerFromShell(request));
    }
  });
}

/** Everything else is the server's: line speeds, hashes, reports. */
function isAsset(path: string): boolean {
  return /\.\w+$/.test(path);
}
