import { assert } from 'chai';
import { host } from '../../support/host.ts';
import { assertFails, assertFetchesVersion, logOf, newResource, rangesAsked, useHeldScope } from './given.ts';

describe('A resumption', () => {
  const scope = useHeldScope();

  for (const lie of ['wrong-start', 'wrong-total', 'malformed']) {
    it(`that is answered with a Content-Range that is ${lie} starts over`, async () => {
      const file = newResource({ size: 300_000, attempts: `cut:100000|contentrange:${lie}` });
      await assertFetchesVersion(scope(), file, 1);
      assert.deepEqual(await rangesAsked(file), ['', 'bytes=100000-', '']);
    });
  }

  for (const shape of ['star', 'missing']) {
    it(`that is answered with a Content-Range that is ${shape} ends with the right bytes`, async () => {
      const file = newResource({ size: 300_000, attempts: `cut:100000|contentrange:${shape}` });
      await assertFetchesVersion(scope(), file, 1);
    });
  }

  it('that is answered with less than asked for goes on from there', async () => {
    const file = newResource({ size: 300_000, partial: 60_000, attempts: 'cut:50000|ok' });
    await assertFetchesVersion(scope(), file, 1);
    const starts = [50_000, 110_000, 170_000, 230_000, 290_000].map((start) => `bytes=${start}-`);
    assert.deepEqual(await rangesAsked(file), ['', ...starts]);
  });

  it('that is answered with the whole takes the whole', async () => {
    const file = newResource({ size: 300_000, ranges: 'ignore', attempts: 'cut:100000|ok' });
    await assertFetchesVersion(scope(), file, 1);
  });

  it('that is answered with the whole, and cut again, and again, succeeds when one is not', async () => {
    const file = newResource({
      size: 300_000,
      ranges: 'ignore',
      attempts: 'cut:100000|cut:200000|cut:50000|ok',
    });
    await assertFetchesVersion(scope(), file, 1);
  });

  it('that is answered with 416, although there is more, starts over', async () => {
    const file = newResource({ size: 300_000, attempts: 'cut:100000|unsatisfied:always|ok' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=100000-', '']);
  });

  it('beyond the end that is answered with 416 and another length starts over', async () => {
    const file = newResource({ size: 65_536, attempts: 'endchunk:65536|unsatisfied:wrong|ok' });
    await assertFetchesVersion(scope(), file, 1);
  });

  it('that is answered with 404 is a bad-status', async () => {
    const file = newResource({ size: 300_000, attempts: 'cut:100000|status:404' });
    await assertFails(scope(), file.url, 'bad-status');
  });

  it('goes past caches', async () => {
    const file = newResource({ size: 300_000, cache: 'default', attempts: 'cut:100000|ok' });
    await assertFetchesVersion(scope(), file, 1);
    const [, second] = await logOf(file);
    assert.equal(second?.headers['cache-control'], 'no-cache');
  });

  it('is not made of a body that an author’s own Range asked for', async () => {
    const file = newResource({ size: 300_000, attempts: 'cut:100000|ok' });
    const request = new Request(file.url, { headers: { range: 'bytes=50000-' } });
    await assertFails(scope(), request, 'fetch-error');
  });
});

describe('A version that is replaced between two attempts', () => {
  const scope = useHeldScope();
  const swapped = { size: 300_000, swap: 2, attempts: 'cut:200000|ok' };

  it('with a strong ETag is not mixed with the next one', async () => {
    const file = newResource(swapped);
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=200000-']);
  });

  it('with a strong ETag is not mixed although the server ignores If-Range', async () => {
    const file = newResource({ ...swapped, ifrange: 'ignore' });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=200000-', '']);
  });

  it('with a weak ETag alone is not resumed', async () => {
    const file = newResource({ ...swapped, etag: 'weak', lastmod: 'none' });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', '']);
  });

  it('with a weak ETag and Last-Modified is not mixed', async () => {
    await assertFetchesVersion(scope(), newResource({ ...swapped, etag: 'weak' }), 2);
  });

  it('with Last-Modified alone is not mixed', async () => {
    const file = newResource({ ...swapped, etag: 'none' });
    await assertFetchesVersion(scope(), file, 2);
  });

  it('with Last-Modified alone is not mixed although the server ignores If-Range', async () => {
    await assertFetchesVersion(scope(), newResource({ ...swapped, etag: 'none', ifrange: 'ignore' }), 2);
  });

  it('with nothing that identifies it is not resumed', async () => {
    const file = newResource({ ...swapped, etag: 'none', lastmod: 'none' });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', '']);
  });

  it('while it was compressed is not mixed', async () => {
    await assertFetchesVersion(scope(), newResource({ ...swapped, encoding: 'gzip' }), 2);
  });

  it('again and again ends as one version', async () => {
    const attempts = 'cut:200000|cut:200000+version:2|cut:200000+version:3|version:4';
    await assertFetchesVersion(scope(), newResource({ size: 300_000, attempts }), 4);
  });
});

describe('A version that stays', () => {
  const scope = useHeldScope();

  it('with Last-Modified alone is resumed after 64 KiB have been compared again', async () => {
    const file = newResource({ size: 300_000, etag: 'none', attempts: 'cut:200000|ok' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', `bytes=${200_000 - 65_536}-`]);
  });

  it('with Last-Modified alone and few bytes is resumed after all of them have been compared', async () => {
    const file = newResource({ size: 300_000, etag: 'none', attempts: 'cut:1000|ok' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=0-']);
  });
});

describe('A body from another origin', () => {
  const scope = useHeldScope();
  const remote = (faults: Record<string, string | number>) =>
    newResource({ size: 300_000, cors: 'exposed', attempts: 'cut:200000|ok', ...faults }, host.crossOrigin);

  it('that shows its ETag is resumed, without a preflight', async () => {
    const file = remote({});
    await assertFetchesVersion(scope(), file, 1);
    const log = await logOf(file);
    assert.deepEqual(
      log.map(({ method, headers }) => [method, headers.range ?? '', headers['if-range'] ?? '']),
      [
        ['GET', '', ''],
        ['GET', 'bytes=200000-', ''],
      ],
    );
  });

  it('that shows its ETag and was replaced is not mixed', async () => {
    await assertFetchesVersion(scope(), remote({ swap: 2 }), 2);
  });

  it('that hides its ETag is resumed by its Last-Modified', async () => {
    const file = remote({ cors: 'simple' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(
      (await logOf(file)).map(({ method }) => method),
      ['GET', 'GET'],
    );
  });

  it('that hides its ETag and was replaced is not mixed', async () => {
    await assertFetchesVersion(scope(), remote({ cors: 'simple', swap: 2 }), 2);
  });

  it('that hides all that identifies it is fetched again', async () => {
    const file = remote({ cors: 'simple', lastmod: 'none', swap: 2 });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', '']);
  });

  it('that is compressed, and does not say so, is fetched again uncompressed', async () => {
    await assertFetchesVersion(scope(), remote({ cors: 'simple', encoding: 'gzip' }), 1);
  });

  it('without a length is completed', async () => {
    const faults = { cors: 'simple', length: 'none', attempts: 'endchunk:200000|ok' };
    await assertFetchesVersion(scope(), remote(faults), 1);
  });

  it('that a redirect leads to is completed', async () => {
    const file = newResource({
      ...{ size: 300_000, cors: 'exposed', redirect: 'cross', attempts: 'cut:200000|ok' },
    });
    await assertFetchesVersion(scope(), file, 1);
  });

  it('whose preflight is refused is a fetch-error, and is never asked for', async () => {
    const file = remote({ preflight: 'refuse' });
    const request = new Request(file.url, { headers: { 'x-custom': '1' } });
    await assertFails(scope(), request, 'fetch-error');
    assert.deepEqual(new Set((await logOf(file)).map(({ method }) => method)), new Set(['OPTIONS']));
  });

  it('whose preflight is allowed carries its headers, to each resumption too', async () => {
    const file = remote({ preflight: 'ok' });
    const request = new Request(file.url, { headers: { 'x-custom': '1' } });
    await assertFetchesVersion(scope(), file, 1, request);
    const gets = (await logOf(file)).filter(({ method }) => method === 'GET');
    assert.deepEqual(
      gets.map(({ headers }) => headers['x-custom']),
      ['1', '1'],
    );
  });
});
