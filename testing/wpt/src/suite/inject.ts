import type { IncomingHttpHeaders } from 'node:http';

/** A script's place. */
export type Place = 'document' | 'worker' | 'service-worker';

/** For each place the URL of a classic script that is to run before all others; null for none. */
export type Injected = Readonly<Record<Place, string | null>>;

/** Where what is asked for goes: by what browsers say of it, so that no name of a file has to be known. */
export function placeOf(headers: IncomingHttpHeaders): Place | null {
  if (headers['service-worker'] === 'script') return 'service-worker';
  switch (headers['sec-fetch-dest']) {
    case 'document':
    case 'iframe':
      return 'document';
    case 'worker':
    case 'sharedworker':
      return 'worker';
    case 'serviceworker':
      return 'service-worker';
    default:
      return null;
  }
}

/** The text of a page or worker with the script before everything of its own. */
export function inject(text: string, place: Place, injected: Injected): string {
  const url = injected[place];
  if (url === null) return text;
  if (place !== 'document') return `importScripts(${JSON.stringify(url)});${text}`;
  const doctype = /^\s*<!doctype[^>]*>/i.exec(text)?.[0] ?? '';
  return `${doctype}<script src="${url}"></script>${text.slice(doctype.length)}`;
}
