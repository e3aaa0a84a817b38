import { assert } from 'chai';
import { settled, sha256 } from '../../support/fetched.ts';
import { host, noOrigin, unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertFails,
  assertSentOnce,
  contentOf,
  finish,
  firstRecord,
  firstResponse,
  logOf,
  newResource,
  newUpload,
  rejectionOf,
  stalled,
  start,
  useHeldScope,
} from './given.ts';

describe('A response', () => {
  const scope = useHeldScope();

  it('has the URL, type, status and headers of the network’s, without its fragment', async () => {
    const file = newResource({ type: 'audio/x-test' });
    const response = await firstResponse(await finish(scope(), `${file.url}#fragment`));
    assert.include(response, { url: file.url, type: 'basic', redirected: false });
    assert.include(response, { status: 200, statusText: 'OK', ok: true, bodyUsed: false });
    assert.equal(response.headers.get('content-type'), 'audio/x-test');
    assert.isNotNull(response.headers.get('etag'));
  });

  it('has the Content-Length of the whole body, and no Content-Range, whatever parts it came in', async () => {
    const file = newResource({ attempts: 'cut:1000|ok' });
    const response = await firstResponse(await finish(scope(), file.url));
    assert.equal(response.headers.get('content-length'), `${file.size}`);
    assert.isFalse(response.headers.has('content-range'));
    assert.equal(response.status, 200);
  });

  it('has its Content-Length while its body is under way', async () => {
    const file = newResource({ stall: 1000 });
    const registration = await start(scope(), file.url);
    await stalled(file);
    const response = await firstResponse(registration);
    assert.equal(response.headers.get('content-length'), `${file.size}`);
    await registration.abort();
  });

  it('to a HEAD has the Content-Length of what a GET would bring', async () => {
    const file = newResource();
    const registration = await finish(scope(), new Request(file.url, { method: 'HEAD' }));
    const [record] = await registration.matchAll();
    const response = await record?.responseReady;
    assert.equal(response?.headers.get('content-length'), `${file.size}`);
  });

  it('has no Content-Length where its body was coded, or nothing told its length before its end', async () => {
    for (const file of [newResource({ encoding: 'gzip' }), newResource({ length: 'none' })]) {
      const response = await firstResponse(await finish(scope(), file.url));
      assert.isFalse(response.headers.has('content-length'));
    }
  });

  it('that is coded and ends at the same byte each time before its Content-Length is no success', async () => {
    const file = newResource({ size: 200_000, encoding: 'gzip', ranges: 'coded', cut: 50_000 });
    const registration = await start(scope(), file.url);
    await settled(registration);
    assert.include(registration, { result: 'failure', failureReason: 'fetch-error' });
  });

  for (const cache of ['default', 'no-cache', 'force-cache'] as const) {
    it(`that is coded is whole when it comes from the HTTP cache: ${cache}`, async () => {
      const file = newResource({ size: 200_000, encoding: 'gzip', ranges: 'coded', cache: 'immutable' });
      for (let time = 0; time < 2; time++) {
        const registration = await finish(scope(), new Request(file.url, { cache }));
        assert.equal(await sha256(await firstResponse(registration)), await sha256(contentOf(file)));
      }
    });
  }

  it('tells of a redirect, with the URL it led to', async () => {
    const file = newResource({ redirect: 2 });
    const response = await firstResponse(await finish(scope(), file.url));
    assert.isTrue(response.redirected);
    assert.notEqual(response.url, file.url);
    assert.equal(new URL(response.url).pathname, `/r/${file.key}`);
    assert.equal(await sha256(response), await sha256(contentOf(file)));
  });

  it('of another origin has the type cors, and shows the headers that CORS exposes', async () => {
    unsupported(['node'], noOrigin);
    const simple = newResource({ cors: 'simple' }, host.crossOrigin);
    const exposed = newResource({ cors: 'exposed' }, host.crossOrigin);
    const registration = await finish(scope(), [simple.url, exposed.url]);
    const records = await registration.matchAll();
    const [one, other] = await Promise.all(records.map(({ responseReady }) => responseReady));
    assert.equal(one?.type, 'cors');
    assert.equal(other?.type, 'cors');
    assert.isFalse(one?.headers.has('etag'));
    assert.isTrue(other?.headers.has('etag'));
    assert.equal(await sha256(one as Response), await sha256(contentOf(simple)));
  });

  it('of another origin that CORS does not allow is a fetch-error', async () => {
    unsupported(['node'], noOrigin);
    await assertFails(scope(), newResource({ cors: 'none' }, host.crossOrigin).url, 'fetch-error');
  });

  it('may be cloned before its body is read, but not after', async () => {
    const file = newResource();
    const response = await firstResponse(await finish(scope(), file.url));
    const copy = response.clone();
    assert.include(copy, { url: file.url, type: 'basic', status: 200 });
    const again = copy.clone();
    const expected = await sha256(contentOf(file));
    assert.equal(await sha256(response), expected);
    assert.equal(await sha256(copy), expected);
    assert.equal(await sha256(again), expected);
    assert.throws(() => response.clone(), TypeError);
  });

  it('is an instance of Response, to the eye too', async () => {
    const response = await firstResponse(await finish(scope(), newResource().url));
    assert.instanceOf(response, Response);
    assert.equal(Object.prototype.toString.call(response), '[object Response]');
    assert.equal(response.body instanceof ReadableStream, true);
  });

  it('goes into a cache with its request, and comes out whole', async () => {
    const file = newResource({ type: 'text/x-cached' });
    const registration = await finish(scope(), file.url);
    const { request, responseReady } = await firstRecord(registration);
    const cache = await caches.open(file.key);
    await cache.put(request, await responseReady);
    const cached = (await cache.match(file.url)) as Response;
    assert.equal(cached.headers.get('content-type'), 'text/x-cached');
    assert.equal(await sha256(cached), await sha256(contentOf(file)));
  });

  it('goes into a cache and answers a fetch in the service worker', async () => {
    unsupported(['node'], 'Node has no Cache API');
    const file = newResource({ type: 'text/x-kept' });
    const own = await openScope();
    await own.handleEvent('backgroundfetchsuccess', async ({ registration }) => {
      const [record] = await registration.matchAll();
      const response = (await record?.responseReady) as Response;
      const cache = await caches.open(registration.id);
      await cache.put(record?.request as Request, response.clone());
      const cached = (await cache.match(record?.request as Request)) as Response;
      return [await testWorker.sha256(response), await testWorker.sha256(cached)];
    });
    await start(own, file.url);
    const { value, error } = await own.nextEvent('backgroundfetchsuccess');
    assert.isUndefined(error);
    const expected = await sha256(contentOf(file));
    assert.deepEqual(value, [expected, expected]);
  });

  for (const status of [204, 205]) {
    it(`of status ${status} has a null body and is a success`, async () => {
      const registration = await finish(scope(), newResource({ status }).url);
      assert.equal(registration.result, 'success');
      const response = await firstResponse(registration);
      assert.equal(response.status, status);
      assert.isTrue(response.ok);
      assert.equal((await response.arrayBuffer()).byteLength, 0);
      if ('body' in Response.prototype) assert.isNull(response.body);
    });
  }

  it('of status 304, to a request with a precondition of its own, is a bad-status with a null body', async () => {
    const request = new Request(newResource({ status: 304 }).url, { headers: { 'if-none-match': '"mine"' } });
    const registration = await assertFails(scope(), request, 'bad-status');
    const response = await firstResponse(registration);
    assert.equal(response.status, 304);
    assert.isNull(response.body);
  });

  it('to a HEAD request has the headers and no body', async () => {
    const file = newResource({ size: 12_345 });
    const registration = await finish(scope(), new Request(file.url, { method: 'HEAD' }));
    assert.include(registration, { result: 'success', downloaded: 0 });
    const response = await firstResponse(registration);
    assert.isNotNull(response.headers.get('etag'));
    assert.isNull(response.body);
  });

  it('without a byte in its body is a success', async () => {
    const registration = await finish(scope(), newResource({ size: 0 }).url);
    assert.include(registration, { result: 'success', downloaded: 0 });
    assert.equal((await (await firstResponse(registration)).arrayBuffer()).byteLength, 0);
  });

  it('to an upload is kept, body and all', async () => {
    const registration = await finish(scope(), new Request(newUpload().url, { method: 'POST', body: 'abc' }));
    assert.equal(registration.result, 'success');
    const answer = (await (await firstResponse(registration)).json()) as { size: number };
    assert.equal(answer.size, 3);
  });
});

describe('A response that is not ok', () => {
  const scope = useHeldScope();

  for (const status of [400, 403, 404, 410, 501]) {
    it(`of status ${status} is a bad-status at once, with its body`, async () => {
      const file = newResource({ status });
      const registration = await assertFails(scope(), file.url, 'bad-status');
      const response = await firstResponse(registration);
      assert.include(response, { status, ok: false });
      assert.include(await response.text(), `${status}`);
      assert.lengthOf(await logOf(file), 1);
    });
  }

  it('lets the other records of the fetch go on', async () => {
    const [missing, good] = [newResource({ status: 404 }), newResource({ delay: 100 })];
    const registration = await finish(scope(), [missing.url, good.url]);
    assert.include(registration, { result: 'failure', failureReason: 'bad-status' });
    const records = await registration.matchAll();
    assert.equal((await records[0]?.responseReady)?.status, 404);
    assert.equal(await sha256((await records[1]?.responseReady) as Response), await sha256(contentOf(good)));
  });

  it('is the reason of a failure if it came first', async () => {
    const urls = [newResource({ status: 404 }).url, newResource({ drop: 'fin' }).url];
    const registration = await finish(scope(), urls);
    assert.equal(registration.failureReason, 'bad-status');
  });

  it('to an upload is a bad-status, and the upload is not repeated', async () => {
    const upload = newUpload({ status: 500 });
    const registration = await assertFails(
      scope(),
      new Request(upload.url, { method: 'POST', body: 'once' }),
      'bad-status',
    );
    assert.equal((await firstResponse(registration)).status, 500);
    await assertSentOnce(upload);
  });
});

describe('A redirect', () => {
  const scope = useHeldScope();

  it('in the mode manual is a bad-status, and an opaque redirect', async () => {
    const request = new Request(newResource({ redirect: 1 }).url, { redirect: 'manual' });
    const registration = await assertFails(scope(), request, 'bad-status');
    const response = await firstResponse(registration);
    assert.include(response, { type: 'opaqueredirect', status: 0, ok: false });
    assert.isNull(response.body);
  });

  it('in the mode error is a fetch-error', async () => {
    const request = new Request(newResource({ redirect: 1 }).url, { redirect: 'error' });
    const registration = await assertFails(scope(), request, 'fetch-error');
    assert.instanceOf(await rejectionOf((await firstRecord(registration)).responseReady), TypeError);
  });

  it('without an end is a fetch-error', async () => {
    await assertFails(scope(), newResource({ redirect: 'loop' }).url, 'fetch-error');
  });

  it('to another origin is followed if CORS allows', async () => {
    unsupported(['node'], noOrigin);
    const file = newResource({ redirect: 'cross', cors: 'simple' });
    const response = await firstResponse(await finish(scope(), file.url));
    assert.include(response, { type: 'cors', redirected: true });
    assert.equal(await sha256(response), await sha256(contentOf(file)));
  });
});

describe('A partial response', () => {
  const scope = useHeldScope();

  it('that nobody asked for is a fetch-error', async () => {
    const file = newResource({ unasked206: 1 });
    const registration = await assertFails(scope(), file.url, 'fetch-error');
    assert.instanceOf(await rejectionOf((await firstRecord(registration)).responseReady), TypeError);
  });

  it('to a Range that the author has set is a success, shown as it came', async () => {
    const file = newResource({ size: 1000 });
    const request = new Request(file.url, { headers: { range: 'bytes=100-199' } });
    const registration = await finish(scope(), request);
    assert.include(registration, { result: 'success', downloaded: 100 });
    const response = await firstResponse(registration);
    assert.equal(response.status, 206);
    assert.equal(await sha256(response), await sha256(contentOf(file).slice(100, 200)));
  });

  it('to such a Range that can’t be satisfied is a bad-status', async () => {
    const request = new Request(newResource({ size: 100 }).url, { headers: { range: 'bytes=500-' } });
    const registration = await assertFails(scope(), request, 'bad-status');
    assert.equal((await firstResponse(registration)).status, 416);
  });
});
