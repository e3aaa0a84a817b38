import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { answerPreflight, corsHeaders, isPreflight } from './cors.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import { beginAttempt, passGate } from './gate.ts';
import { positionIn } from './parameters.ts';
import type { ResourceState } from './state.ts';

const TEXT_LIMIT = 64 * 1024;
const FORM_LIMIT = 4 * 2 ** 20;
const PIECE = 64 * 1024;

/** A request body that arrived in full. */
export interface Upload {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly contentType: string | undefined;
  readonly size: number;
  readonly sha256: string;
  /** Of text, JSON and forms: the first 64 KiB, as UTF-8. */
  readonly text?: string;
  /** Of forms up to 4 MiB: their entries in order. */
  readonly fields?: readonly FormField[];
}

export type FormField =
  | { readonly name: string; readonly value: string }
  | {
      readonly name: string;
      readonly filename: string;
      readonly type: string;
      readonly size: number;
      readonly sha256: string;
    };

/** Answers `/upload/<key>` with a receipt. */
export async function serveUpload(exchange: Exchange, state: ResourceState): Promise<void> {
  const faults = state.faultsFor(exchange.url);
  if (isPreflight(exchange)) return answerPreflight(exchange, faults);
  beginAttempt(exchange, state);
  const upload = await receiveUpload(exchange, faults, state);
  if (!upload || !(await passGate(exchange, faults, state))) return;
  const status = faults.status ?? 200;
  exchange.head(status, {
    ...corsHeaders(faults.cors, exchange.request.headers.origin),
    ...(faults.retryAfter === undefined ? {} : { 'Retry-After': faults.retryAfter }),
    ...Object.fromEntries(faults.headers),
  });
  const { method, contentType, size, sha256 } = upload;
  exchange.json(status, { method, contentType, size, sha256 });
}

/** Answers `/echo/<key>` with what arrived. */
export async function serveEcho(exchange: Exchange, state: ResourceState): Promise<void> {
  const faults = state.faultsFor(exchange.url);
  if (isPreflight(exchange)) return answerPreflight(exchange, faults);
  beginAttempt(exchange, state);
  const upload = await receiveUpload(exchange, faults, state);
  if (!upload || !(await passGate(exchange, faults, state))) return;
  exchange.head(faults.status ?? 200, corsHeaders(faults.cors, exchange.request.headers.origin));
  exchange.json(faults.status ?? 200, { ...upload, rawHeaders: exchange.request.rawHeaders });
}

/** Reads the request's body as slowly, and as far, as the faults ask. Undefined: the connection was cut. */
export async function receiveUpload(
  exchange: Exchange,
  faults: Faults,
  state: ResourceState,
): Promise<Upload | undefined> {
  const { request, entry } = exchange;
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  const begin = performance.now();
  const announced = Number(request.headers['content-length'] ?? 0);
  const stops = uploadStops(exchange, faults, state, announced);

  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    for (let at = 0; at < chunk.length; ) {
      if (await stops.reached(entry.bodyBytes)) return undefined;
      const piece: Buffer = chunk.subarray(at, at + Math.min(PIECE, stops.next(entry.bodyBytes)));
      at += piece.length;
      entry.bodyBytes += piece.length;
      hash.update(piece);
      if (entry.bodyBytes <= FORM_LIMIT) kept.push(piece);
      if (faults.uploadRate !== undefined) {
        const wait = begin + (entry.bodyBytes / faults.uploadRate) * 1000 - performance.now();
        if (wait > 1) await exchange.pause(wait);
      }
    }
  }
  if (await stops.reached(entry.bodyBytes)) return undefined;
  entry.bodySha256 = hash.digest('hex');
  const upload = await describe(exchange, entry.bodySha256, Buffer.concat(kept));
  state.addUpload(upload);
  return upload;
}

function uploadStops(exchange: Exchange, faults: Faults, state: ResourceState, announced: number) {
  const at = (position: Faults['uploadCut']) =>
    position ? positionIn(position, announced) : Number.POSITIVE_INFINITY;
  const cut = at(faults.uploadCut);
  const reset = at(faults.uploadReset);
  let stall = at(faults.uploadStall);
  return {
    next: (read: number) =>
      Math.min(...[cut, reset, stall].map((stop) => (stop > read ? stop - read : PIECE))),
    /** True: the connection was cut. */
    reached: async (read: number): Promise<boolean> => {
      if (read >= stall) {
        stall = Number.POSITIVE_INFINITY;
        await state.hold(exchange.signal);
      }
      if (read < Math.min(cut, reset)) return false;
      await (read >= cut ? exchange.cut() : exchange.reset());
      return true;
    },
  };
}

async function describe({ request, entry }: Exchange, sha256: string, kept: Buffer): Promise<Upload> {
  const contentType = request.headers['content-type'];
  const form = /^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType ?? '');
  const text = form || /^(text\/|application\/json\b)/i.test(contentType ?? '');
  const fields = form && entry.bodyBytes <= FORM_LIMIT ? await readForm(kept, contentType ?? '') : undefined;
  return {
    method: entry.method,
    url: entry.url,
    headers: entry.headers,
    contentType,
    size: entry.bodyBytes,
    sha256,
    ...(text ? { text: kept.subarray(0, TEXT_LIMIT).toString() } : {}),
    ...(fields ? { fields } : {}),
  };
}

/** Undefined for a body that isn't the form it says it is. */
async function readForm(body: Buffer, contentType: string): Promise<FormField[] | undefined> {
  const form = await new Response(new Uint8Array(body), { headers: { 'Content-Type': contentType } })
    .formData()
    .catch(() => undefined);
  return form && Promise.all([...form].map(([name, value]) => readField(name, value)));
}

async function readField(name: string, value: string | File): Promise<FormField> {
  if (typeof value === 'string') return { name, value };
  const sha256 = createHash('sha256')
    .update(new Uint8Array(await value.arrayBuffer()))
    .digest('hex');
  return { name, filename: value.name, type: value.type, size: value.size, sha256 };
}
