import {
  chooseValidator,
  getHeader,
  isRequest,
  isRetryableStatus,
  type Network,
  noRetries,
  type StoredRecord,
  serialiseRequest,
  storedLength,
} from '@background-fetch/core';

/** What a server says of the version of a resource: `unknown` where nobody answers, or one that is in trouble. */
export type Revalidation = 'same' | 'other' | 'unknown';

/** ms that a server may take to say so */
const longestAnswer = 30_000;

/**
 * The header field with which a server can be asked whether it still has the version of the resource that a record holds
 * (`BackgroundFetchEngine.revalidate()` asks), as its name and its value. The body has to be whole: its length is taken for
 * that of the resource. null where nothing proves it, and for requests that are not to be repeated.
 */
export function conditionOf(record: StoredRecord): readonly [name: string, value: string] | null {
  const { request, responseData } = record;
  if (!responseData || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
  const value = chooseValidator({ ...responseData, length: storedLength(record) })?.value;
  if (value === undefined) return null;
  return [/^(W\/)?"/.test(value) ? 'If-None-Match' : 'If-Modified-Since', value];
}

const conditionNames = ['if-none-match', 'if-modified-since'];

/** @throws TypeError for what no server is to be asked */
export function checkQuestion(request: Request, condition: readonly [name: string, value: string]): void {
  if (!isRequest(request)) throw new TypeError('revalidate() needs a Request: new Request(url)');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new TypeError(`revalidate() repeats a request, and a ${request.method} is not to be repeated`);
  const [name, value] = Array.isArray(condition) ? condition : [];
  if (typeof value === 'string' && conditionNames.includes(`${name}`.toLowerCase())) return;
  throw new TypeError(
    'revalidate() needs a condition as conditionOf() makes it: "If-None-Match" or "If-Modified-Since", and its value',
  );
}

/** See `BackgroundFetchEngine.revalidate`. */
export async function revalidate(
  network: Network,
  id: string,
  request: Request,
  [name, value]: readonly [name: string, value: string],
): Promise<Revalidation> {
  const asked = {
    id,
    retries: noRetries,
    request: serialiseRequest(request, false, ''),
    body: null,
    fresh: true,
    headers: { [name]: value },
    signal: AbortSignal.timeout(longestAnswer),
  };
  try {
    const { head, body } = await network.fetch(asked);
    await body?.cancel();
    if (isRetryableStatus(head.status)) return 'unknown';
    if (head.status !== 304) return 'other';
    // many servers say it of each file that is no newer: one that is older has another date
    const isOlder =
      name === 'If-Modified-Since' && (getHeader(head.headers, 'last-modified') ?? value) !== value;
    return isOlder ? 'other' : 'same';
  } catch {
    return 'unknown';
  }
}
