import { assert } from 'chai';
import { control, settled } from '../../support/fetched.ts';
import { host } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import {
  assertFails,
  assertFetchesVersion,
  assertSentOnce,
  finish,
  firstResponse,
  holdEnds,
  logOf,
  newCutResource,
  newResource,
  newUpload,
  rangesAsked,
  serverSaw,
  start,
  useHeldScope,
} from './given.ts';

describe('A body that is cut', () => {
  const scope = useHeldScope();

  it('by a FIN is completed from where it ended, the server asked whether the version is the same', async () => {
    const file = newCutResource([100_000]);
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=100000-']);
    const [first, second] = await logOf(file);
    assert.equal(second?.headers['if-range'], first?.responseHeaders.etag);
  });

  it('by a FIN again and again is completed, however often, as long as each attempt brings something', async () => {
    const attempts = [...Array(14).fill('stall:20000+cut:20000'), 'ok'].join('|');
    const cuts = Array.from({ length: 14 }, (_, index) => (index + 1) * 20_000);
    const file = { ...newResource({ size: 300_000, attempts }), cuts };
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', ...cuts.map((cut) => `bytes=${cut}-`)]);
  });

  it('by a RST is completed', async () => {
    await assertFetchesVersion(scope(), newResource({ size: 300_000, attempts: 'reset:100000|ok' }), 1);
  });

  it('before its first byte is fetched again', async () => {
    await assertFetchesVersion(scope(), newResource({ attempts: 'cut:0|reset:0|ok' }), 1);
  });

  it('one byte before its end is completed', async () => {
    const file = newCutResource([65_535], { size: 65_536 });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=65535-']);
  });

  it('between two chunks, without the last one, is completed', async () => {
    await assertFetchesVersion(scope(), newResource({ size: 300_000, attempts: 'endchunk:100000|ok' }), 1);
  });

  it('after all of its bytes, but before the last chunk, is known to be complete by a 416', async () => {
    const attempts = 'length:none+stall:65536+cut:65536|ok';
    const file = { ...newResource({ size: 65_536, attempts }), cuts: [65_536] };
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=65536-']);
  });
});

describe('A body that is interrupted', () => {
  const scope = useHeldScope({ configure: { engine: { retry: { stallTimeout: 1500 } } } });

  it('by a server that sends nothing more is given up after the stall timeout, and completed', async () => {
    const file = newResource({ size: 300_000, attempts: 'stall:100000|ok' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=100000-']);
    assert.equal((await logOf(file))[0]?.finished, 'aborted-by-client');
  });

  it('before its headers, by a server that never answers, is asked for again', async () => {
    await assertFetchesVersion(scope(), newResource({ attempts: 'hold|ok' }), 1);
  });

  it('by nothing, only slow, is not given up: each byte starts the stall timeout anew', async () => {
    const file = newResource({ size: 200_000, rate: 100_000 });
    await assertFetchesVersion(scope(), file, 1);
    assert.lengthOf(await logOf(file), 1);
  });

  it('without a Content-Length, but not cut, is complete', async () => {
    await assertFetchesVersion(scope(), newResource({ size: 300_000, length: 'none' }), 1);
  });

  it('that ends with its connection, but is not cut, is complete', async () => {
    await assertFetchesVersion(scope(), newResource({ size: 300_000, length: 'close' }), 1);
  });

  for (const encoding of ['gzip', 'br']) {
    it(`compressed by ${encoding} is shown as what it is`, async () => {
      const request = newResource({ size: 300_000, encoding });
      const response = await assertFetchesVersion(scope(), request, 1);
      assert.equal(response.status, 200);
    });
  }

  it('while it is compressed is asked for again from its start, uncompressed', async () => {
    const file = newResource({ size: 300_000, encoding: 'gzip', attempts: 'cut:100000|ok' });
    const response = await assertFetchesVersion(scope(), file, 1);
    assert.equal(response.status, 200);
    assert.include(await rangesAsked(file), 'bytes=0-');
  });

  it('twice, first while compressed and then as a range, is completed', async () => {
    const file = newResource({ size: 300_000, encoding: 'gzip', attempts: 'cut:100000|cut:150000|ok' });
    await assertFetchesVersion(scope(), file, 1);
  });

  it('behind a redirect to a URL that works once is asked for at the URL that was given', async () => {
    const file = newResource({ size: 300_000, redirect: 'signed', attempts: 'cut:100000|ok' });
    const response = await assertFetchesVersion(scope(), file, 1);
    assert.isTrue(response.redirected);
    const log = await logOf(file);
    assert.lengthOf(
      log.filter(({ status }) => status === 403),
      0,
    );
    assert.lengthOf(
      log.filter(({ status }) => status === 302),
      2,
    );
  });
});

describe('A server that is out of order for a while', () => {
  const scope = useHeldScope();

  for (const status of [408, 425, 429, 500, 502, 503, 504, 509, 522, 529]) {
    it(`is asked again after a ${status}`, async () => {
      const file = newResource({ attempts: `status:${status}|ok` });
      await assertFetchesVersion(scope(), file, 1);
      assert.lengthOf(await logOf(file), 2);
    });
  }

  it('is asked again although it fails in the middle of a resumption', async () => {
    const file = newCutResource([100_000], {}, 'status:503|status:500|ok');
    await assertFetchesVersion(scope(), file, 1);
    // the plain request shows that the server works: what is stored is not given up for it
    const ranges = ['bytes=100000-', 'bytes=100000-', '', 'bytes=100000-'];
    assert.deepEqual((await rangesAsked(file)).slice(1), ranges);
  });

  it('is left alone for as many seconds as its Retry-After says', async () => {
    const file = newResource({ attempts: 'status:503+retryafter:1|ok' });
    await assertFetchesVersion(scope(), file, 1);
    const [first, second] = await logOf(file);
    assert.isAtLeast((second?.at ?? 0) - (first?.at ?? 0), 1000);
  });

  it('is left alone until the date in its Retry-After, which may be over', async () => {
    const retryafter = 'Fri, 01 Jan 2021 00:00:00 GMT';
    await assertFetchesVersion(scope(), newResource({ retryafter, attempts: 'status:503|ok' }), 1);
  });

  it('is not left alone for longer than longestRetryAfter', async () => {
    const own = await openScope({ configure: { engine: { retry: { longestRetryAfter: 100 } } } });
    await holdEnds(own);
    await assertFetchesVersion(own, newResource({ attempts: 'status:503+retryafter:86400|ok' }), 1);
  });

  it('has failed after eight attempts without progress; its last response stays readable', async () => {
    const file = newResource({ status: 500 });
    const registration = await assertFails(scope(), file.url, 'bad-status');
    assert.lengthOf(await logOf(file), 8);
    const response = await firstResponse(registration);
    assert.equal(response.status, 500);
    assert.include(await response.text(), '500');
  });

  it('that never answered has failed after two retries: a refusal by CORS looks the same', async () => {
    await assertFails(scope(), newResource({ drop: 'reset' }).url, 'fetch-error');
  });
});

describe('A device that is offline', () => {
  async function openOffline(retry: { firstDelay?: number; longestDelay?: number } = {}): Promise<TestScope> {
    const scope = await openScope({ configure: { connectivity: 'switched', engine: { retry } } });
    await holdEnds(scope);
    await scope.run(() => testWorker.setOnline(false));
    return scope;
  }

  it('goes on as soon as it is told that it is online', async () => {
    const hour = 3_600_000;
    const scope = await openOffline({ firstDelay: hour, longestDelay: hour });
    const file = newResource();
    await control(file.key, { params: { drop: 'fin' } });
    const registration = await start(scope, file.url);
    await serverSaw(file, ([first]) => first?.finished != null);
    await control(file.key, { params: {} });
    // until the failure has reached the engine, there is nothing that being online could end
    const switching = (async () => {
      while (registration.result === '') await scope.run(() => testWorker.setOnline(true));
    })();
    await settled(registration);
    await switching;
    assert.equal(registration.result, 'success');
  });

  it('waits without using up attempts, and looks for itself whether it is online', async () => {
    const scope = await openOffline();
    const file = newResource();
    await control(file.key, { params: { drop: 'fin' } });
    const registration = await start(scope, file.url);
    // far more than a device that is online may make
    await serverSaw(file, (log) => log.length >= 10);
    assert.equal(registration.result, '');
    await control(file.key, { params: {} });
    await settled(registration);
    assert.equal(registration.result, 'success');
  });

  it('keeps what it has', async () => {
    const scope = await openOffline();
    const file = newCutResource([100_000], {}, `${'drop:fin|'.repeat(12)}ok`);
    await assertFetchesVersion(scope, file, 1);
    assert.deepEqual(new Set(await rangesAsked(file)), new Set(['', 'bytes=100000-']));
  });

  it('fails an upload that may have been sent', async () => {
    const scope = await openOffline();
    const upload = newUpload({ uploadcut: 100_000 });
    const request = new Request(upload.url, { method: 'POST', body: new Blob([new Uint8Array(5_000_000)]) });
    await assertFails(scope, request, 'fetch-error');
  });
});

describe('An upload', () => {
  const scope = useHeldScope({ configure: { engine: { retry: { stallTimeout: 400, answerTimeout: 600 } } } });
  const post = (url: string) => new Request(url, { method: 'POST', body: 'only once' });

  it('whose response is cut is a fetch-error, and is not sent again', async () => {
    const upload = newUpload({ size: 100_000, cut: 50_000 });
    await assertFails(scope(), post(upload.url), 'fetch-error');
    await assertSentOnce(upload);
  });

  it('whose response never comes is a fetch-error, and is not sent again', async () => {
    const upload = newUpload({ hold: 1 });
    await assertFails(scope(), post(upload.url), 'fetch-error');
    await assertSentOnce(upload);
  });

  it('that the server cuts off is a fetch-error', async () => {
    const upload = newUpload({ uploadcut: 100_000 });
    const request = new Request(upload.url, { method: 'POST', body: new Blob([new Uint8Array(5_000_000)]) });
    await assertFails(scope(), request, 'fetch-error');
  });

  it('whose response never comes keeps no place from others', async () => {
    const engine = { concurrency: 2, retry: { stallTimeout: 400 } };
    const scope = await openScope({ configure: { engine } });
    await holdEnds(scope);
    // a browser opens six connections to a host
    const silent = Array.from({ length: 5 }, () => newUpload({ hold: 1, cors: 'exposed' }, host.crossOrigin));
    const uploads = await start(
      scope,
      silent.map(({ url }) => post(url)),
    );
    await finish(scope, newResource().url);
    for (const upload of silent) {
      await serverSaw(upload, (log) => log.some(({ method }) => method === 'POST'));
    }
    assert.equal(uploads.result, '');
    await uploads.abort();
  });

  for (const status of [429, 503]) {
    it(`that is answered with ${status} is a bad-status, and is not sent again`, async () => {
      const upload = newUpload({ status });
      await assertFails(scope(), post(upload.url), 'bad-status');
      await assertSentOnce(upload);
    });
  }

  it('that is sent slowly is not given up', async () => {
    const upload = newUpload({ uploadrate: 400_000 });
    const request = new Request(upload.url, { method: 'POST', body: new Blob([new Uint8Array(100_000)]) });
    const registration = await settled(await start(scope(), request));
    assert.include(registration, { result: 'success', uploaded: 100_000 });
  });
});
