import type { EngineHost } from '../ports.ts';

/**
 * The checks of `fetch()` before anything waits, in order. Returns the Requests, whose bodies are theirs alone.
 * https://wicg.github.io/background-fetch/#background-fetch-manager-fetch
 * @throws TypeError with the URL and the reason
 */
export function checkRequests(requests: readonly RequestInfo[], host: EngineHost): Request[] {
  // 5.
  if (requests.length === 0) throw new TypeError('fetch() needs at least one request, and the list is empty');
  for (const request of requests) {
    if (request instanceof Request && request.bodyUsed) {
      throw new TypeError(`The body of the request for ${request.url} was used before: pass a clone of it`);
    }
  }
  // 6. All are checked before the first body is taken over.
  for (const request of requests) checkRequest(request, host);
  return requests.map((request) => new Request(request));
}

function checkRequest(input: RequestInfo, host: EngineHost): void {
  const given = input instanceof Request ? input.url : `${input}`;
  const refuse = (reason: string, cause?: unknown): never => {
    throw new TypeError(`${given} can't be fetched in the background: ${reason}`, { cause });
  };
  const url = new URL(input instanceof Request ? given : resolve(given, refuse));
  if (input instanceof Request && input.mode === 'no-cors') {
    refuse('its mode is "no-cors", whose responses could not be read');
  }
  if (url.username !== '' || url.password !== '') refuse('the URL holds credentials');
  const refusal = host.refusal(url);
  if (refusal) refuse(refusal);
  // https://fetch.spec.whatwg.org/#potentially-dangling-markup
  if (/[\n\t]/.test(given) && given.includes('<'))
    refuse('it holds a line break or tab and "<", as broken markup does');
}

function resolve(given: string, refuse: (reason: string, cause: unknown) => never): string {
  try {
    return new Request(given).url;
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : 'it is not a valid URL', cause);
  }
}
