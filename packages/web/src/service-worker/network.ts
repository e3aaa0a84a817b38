import {
  announcedLength,
  type BodyStream,
  type ContentCoding,
  type HostBytes,
  type Network,
  type NetworkRequest,
  type NetworkResponse,
  type StoredRequest,
  serialiseResponse,
} from '@background-fetch/core';
import { isChromium, isFirefox } from '../shared/browser.ts';
import { isMixedContent } from '../shared/refusal.ts';
import { probe } from './probe.ts';
import { encodedSizeOf, isMultiplexed, mayBeMultiplexed, watchResources } from './resource-timings.ts';

/**
 * The network port on `fetch()`: a service worker's own requests pass its `fetch` listeners by.
 * @param keep makes bytes ready for the store
 */
export function createNetwork(keep: (bytes: Blob) => Promise<HostBytes>): Network {
  return {
    fetch: (request) => fetchPastListeners(request, keep),
    blocks: ({ url }) => isMixedContent(url),
    sendsIfRange: (url) => url.startsWith(`${location.origin}/`),
    probe: ({ request }, signal, error) =>
      probe(request, signal, error === undefined ? 'meanwhile' : 'after'),
    // a request that failed does not tell whether it had left
    reach: async (request, signal) => {
      // without credentials, the question leaves no used connection behind, over which the upload might be sent twice:
      // docs/discoveries.md#a-request-that-the-browser-sends-again
      const anonymous: StoredRequest = { ...request, credentials: 'omit' };
      const found = await probe(anonymous, signal, 'before');
      return found === 'answers' ? found : await probe(request, signal, 'before');
    },
  };
}

async function fetchPastListeners(
  { request, body, headers, fresh, signal }: NetworkRequest,
  keep: (bytes: Blob) => Promise<HostBytes>,
): Promise<NetworkResponse> {
  if (isFirefox() || mayBeMultiplexed(request.url)) watchResources();
  const all = new Headers(request.headers as [string, string][]);
  for (const name in headers) all.set(name, headers[name] as string);
  const ending = new AbortController();
  const end = (): void => {
    signal.removeEventListener('abort', end);
    ending.abort();
  };
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  // clocks are rounded
  const since = performance.now() - 1;
  const response = await fetch(request.url, {
    ...request,
    headers: all,
    body: (body?.value as Blob | undefined) ?? null,
    integrity: '',
    signal: ending.signal,
    cache: fresh ? 'no-store' : request.cache,
    // requests of pages, which a user waits for, come first
    priority: 'low',
  });
  const coding = codingOf(response, all.has('range'));
  const head = serialiseResponse(response);
  let signals = false;
  // Firefox reports no cut of a coded body: docs/discoveries.md#which-cuts-of-a-body-are-told
  const checkEnd = async (received: number): Promise<void> => {
    const announced = announcedLength(head.headers);
    if (!isFirefox() || signals || announced === null || request.method === 'HEAD') return;
    const came = await encodedSizeOf({ url: request.url, since, decoded: received });
    if (came !== undefined && came < announced)
      throw new TypeError(`${request.url} ended after ${came} of the ${announced} bytes of its coded body`);
    signals = came === announced;
  };
  return {
    head,
    // the body is looked up late: one that has become a stream is not taken at once any more
    get body() {
      return (
        response.body &&
        endable(response.body, end, {
          begun() {
            signals = isChromium() || (isFirefox() && (coding === 'identity' || coding === 'assumed'));
          },
          ended: checkEnd,
        })
      );
    },
    takeWhole: async () => {
      const bytes = await response.blob();
      await checkEnd(bytes.size);
      // this memory weighs as much as the Blob, so that the collector comes by:
      // docs/discoveries.md#chromium-memory-and-files-of-blobs
      new ArrayBuffer(bytes.size);
      return await keep(bytes);
    },
    coding,
    // the value is false until a byte has come: docs/discoveries.md#which-cuts-of-a-body-are-told
    get signalsTruncation() {
      return signals;
    },
    uploaded: body?.size ?? 0,
    get multiplexed() {
      return isMultiplexed(request.url);
    },
  };
}

/** Functions that are called while a body is read. */
interface Reading {
  readonly begun: () => void;
  /** @param received bytes in all; throws if the end is none */
  readonly ended: (received: number) => Promise<void>;
}

/** A body whose connection is free once it is cancelled: docs/discoveries.md#firefox-a-body-that-is-cancelled */
function endable(body: ReadableStream<Uint8Array>, end: () => void, on: Reading): BodyStream {
  const cancel = async (reader: ReadableStreamDefaultReader): Promise<void> => {
    end();
    await reader.cancel().catch(() => {}); // it was ended by an error just now
  };
  return {
    getReader() {
      const reader = body.getReader();
      let isOver = false;
      let received = 0;
      return {
        read: async () => {
          const result = await reader.read();
          isOver = result.done;
          if (result.done) await on.ended(received);
          else on.begun();
          received += result.value?.byteLength ?? 0;
          return result;
        },
        cancel: async () => {
          if (!isOver) await cancel(reader);
        },
      };
    },
    cancel: async () => {
      if (body.locked) return;
      const reader = body.getReader();
      if (isFirefox()) await untilQuiet(reader);
      await cancel(reader);
    },
  };
}

/** ms without bytes after which none are taken to be on their way */
const quiet = 50;
/** ms after which bytes are taken to come all the time; those that are read until then are lost */
const flowing = 100;

/**
 * Waits until no bytes are on their way, which could make Firefox lose an abort:
 * docs/discoveries.md#firefox-a-body-that-is-cancelled
 */
async function untilQuiet(reader: ReadableStreamDefaultReader): Promise<void> {
  const begin = performance.now();
  const ends = (): Promise<boolean> =>
    reader.read().then(
      ({ done }) => done,
      () => true,
    );
  const nothing = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, quiet, true));
  while (!(await Promise.race([ends(), nothing()]))) if (performance.now() - begin > flowing) return;
}

/**
 * Cross-origin, `Content-Encoding` is hidden unless exposed, which shows where what is exposed is exposed itself; with a
 * `Range`, browsers ask for no coding.
 */
function codingOf(response: Response, ranged: boolean): ContentCoding {
  const coding = response.headers.get('content-encoding');
  if (coding !== null) return /^identity$/i.test(coding) ? 'identity' : 'encoded';
  if (response.type === 'basic') return 'identity';
  const exposed = response.headers.get('access-control-expose-headers') ?? '';
  if (/(^|,)\s*(\*|content-encoding)\s*(,|$)/i.test(exposed)) return 'identity';
  return ranged ? 'assumed' : 'unknown';
}
