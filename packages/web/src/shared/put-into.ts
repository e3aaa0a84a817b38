import { withoutFragment } from '@background-fetch/core';

/**
 * Puts the response of a record into a cache, as `cache.put(record.request, await record.responseReady)` does, and so that a
 * redirect is not forgotten there: a cache keeps the URL of what the network gave alone, and what it answers with would be
 * known by the URL that was asked for, against which relative URLs resolve. So the response lies under the URL that it came
 * from, and a redirect to that under the one that was asked for. A service worker answers with both in turn.
 */
export async function putInto(cache: Cache, record: BackgroundFetchRecord): Promise<void> {
  const { request } = record;
  const response = await record.responseReady;
  const { url } = response;
  // a response that the browser made itself keeps its URL
  const isOwn = Reflect.get(Response.prototype, 'url', response) === '';
  if (!isOwn || !response.redirected || url === withoutFragment(request.url))
    return await cache.put(request, response);
  await cache.put(new Request(url, { headers: request.headers }), response);
  await cache.put(request, Response.redirect(url));
}
