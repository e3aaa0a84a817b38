import type { RequestInfo } from '../model/idl-types.ts';
import type { RegistrationHost } from '../ports.ts';
import { readRequest, toRequest } from './to-request.ts';

/**
 * The checks of `fetch()` before anything waits, in order. Returns the Requests, whose bodies are theirs alone.
 * https://wicg.github.io/background-fetch/#background-fetch-manager-fetch
 * @throws TypeError with the URL and the reason
 */
export function checkRequests(requests: readonly RequestInfo[], host: RegistrationHost): Request[] {
  // 5.
  if (requests.length === 0) throw new TypeError('The list of requests is empty: fetch() needs one');
  for (const request of requests) {
    if (readRequest(request, 'bodyUsed')) {
      throw new TypeError(`The body of the request for ${urlOf(request)} was used before: pass a clone`);
    }
  }
  // 6. All are checked before the first body is taken over.
  for (const request of requests) checkRequest(request, host);
  return requests.map((request) => toRequest(request, host));
}

function checkRequest(input: RequestInfo, host: RegistrationHost): void {
  const given = urlOf(input);
  const refuse = (reason: unknown, cause?: unknown): never => {
    throw new TypeError(`${given} can't be fetched in the background: ${reason}`, { cause });
  };
  // this refuses credentials in the URL, too
  const { url } = tryRequest(given, host, refuse);
  if (readRequest(input, 'mode') === 'no-cors') refuse('the response to a "no-cors" request can\'t be read');
  const refusal = host.refusal(new URL(url));
  if (refusal) refuse(refusal);
  // https://fetch.spec.whatwg.org/#potentially-dangling-markup
  if (/[\n\t]/.test(given) && given.includes('<')) refuse('it holds dangling markup');
}

/** The URL as the app gave it. */
function urlOf(input: RequestInfo): string {
  return readRequest(input, 'url') ?? `${input}`;
}

function tryRequest(
  url: string,
  host: RegistrationHost,
  refuse: (reason: unknown, cause: unknown) => never,
): Request {
  try {
    return toRequest(url, host);
  } catch (cause) {
    return refuse(cause, cause);
  }
}
