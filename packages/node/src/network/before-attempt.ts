import type { NetworkRequest } from '@background-fetch/core';
import { reasonOfFailure } from './failures.ts';
import type { NextRequest } from './uploads/upload.ts';

/** An attempt that is about to be made. */
export interface Attempt {
  /** The id of the background fetch that the request belongs to. */
  readonly fetchId: string;
  /** The URL given to `fetch()`. */
  readonly url: string;
  readonly method: string;
  /** The fields that will be sent, `Range` and `If-Range` included. */
  readonly headers: Headers;
  /** 1 for the first; starts again with 1 after an attempt that brought bytes. */
  readonly attempt: number;
  /** The `Range` that is asked for, null for the whole resource. */
  readonly range: string | null;
  /**
   * The upload resource that this goes to, where an upload that is continued asks how far it is (HEAD) or sends a part
   * (PATCH): what comes of it gets the fields, unless it is of another origin than the URL; its own URL stays.
   */
  readonly uploadUrl?: string;
  /** True if the same was sent just now, and refused with 401 or 403: a token that was kept is no good any more. */
  readonly refused?: true;
}

/** The changes of this attempt alone. */
export interface AttemptChange {
  /** A fresh URL for the same resource: a new signature, another mirror. */
  readonly url?: string | URL;
  /** Fields that are set in place of those of the same names. */
  readonly headers?: ConstructorParameters<typeof Headers>[0];
}

/**
 * Called before each attempt, and before each request of an upload that takes several, for signatures and tokens that
 * expire. What is stored remains as it was given.
 */
export type BeforeAttempt = (
  attempt: Attempt,
) => AttemptChange | undefined | Promise<AttemptChange | undefined>;

/**
 * Asks the app where an attempt really goes, and with which fields. `headers` is changed in place.
 * @param next the request of an upload that it is about, null for one without a body
 */
export async function prepareAttempt(
  hook: BeforeAttempt | undefined,
  { id, request, retries }: NetworkRequest,
  headers: Headers,
  next: NextRequest | null = null,
): Promise<URL> {
  const { url } = request;
  if (!hook) return new URL(url);
  const range = headers.get('range');
  const ifRange = headers.get('if-range');
  const attempt = (retries.answered ? retries.fruitless : retries.unanswered) + 1;
  const seen = {
    fetchId: id,
    url,
    method: next?.method ?? request.method,
    attempt,
    range,
    headers: new Headers(next?.headers ?? headers),
    ...(next?.resource && { uploadUrl: next.resource.href }),
    ...(next?.refused && { refused: true as const }),
  };
  const change = await askHook(hook, seen);
  for (const [name, value] of new Headers(change?.headers)) headers.set(name, value);
  // the fields that identify and delimit the bytes are not the app's to change
  for (const [name, value] of Object.entries({ range, 'if-range': ifRange })) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return new URL(change?.url ?? url);
}

async function askHook(hook: BeforeAttempt, attempt: Attempt): Promise<AttemptChange | undefined> {
  try {
    return await hook(attempt);
  } catch (cause) {
    throw new TypeError(`beforeAttempt() failed for ${attempt.url}: ${reasonOfFailure(cause)}`, { cause });
  }
}
