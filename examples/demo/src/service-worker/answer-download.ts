import { catalogue } from '../built-in.ts';
import type { ByteRange } from '../byte-range.ts';
import type { CatalogueFile } from '../catalogue.ts';
import { cacheName } from '../kept.ts';
import { requestedRange, respondWithKeptRange, respondWithRange, unsatisfiable } from './ranges.ts';
import { scope } from './scope.ts';

interface Downloadable {
  readonly id: string;
  readonly file: CatalogueFile;
}

/** What there is to download under a path. */
export function findDownloadable(path: string): Downloadable | undefined {
  for (const { id, files } of catalogue.items) {
    const file = files.find(({ url }) => url === path);
    if (file) return { id, file };
  }
  return undefined;
}

/** A file from the cache, else from the download that is under way, else from the network. */
export async function answerDownload(
  request: Request,
  { id, file }: Downloadable,
  streams: boolean,
): Promise<Response> {
  const range = requestedRange(request, file.bytes);
  const kept = await caches.match(file.url, { cacheName: cacheName(id) });
  if (kept) {
    if (range === 'unsatisfiable') return unsatisfiable(file.bytes);
    return range ? respondWithKeptRange(kept, range) : kept;
  }
  if (!streams || range === 'unsatisfiable') return fetch(request);
  const live = await answerFromFlight(request, id, file, range);
  return live ?? fetch(request);
}

async function answerFromFlight(
  request: Request,
  id: string,
  file: CatalogueFile,
  range: ByteRange | null,
): Promise<Response | null> {
  const registration = await scope.registration.backgroundFetch?.get(id);
  const record = await registration?.match(file.url);
  if (!registration || !record) return null;
  // A place far ahead of the download: the server has it now, the download only later.
  if (range && range.start > registration.downloaded) {
    const response = await fetch(request).catch(() => null);
    if (response?.ok) return response;
  }
  try {
    const response = await record.responseReady;
    return response.ok ? respondWithRange(response, range, file.bytes) : null;
  } catch {
    return null; // Failed or aborted meanwhile.
  }
}
