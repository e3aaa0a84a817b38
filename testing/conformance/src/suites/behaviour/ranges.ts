import { assert } from 'chai';
import { progressed, settled, sha256 } from '../../support/fetched.ts';
import { host, noOrigin, unsupported } from '../../support/host.ts';
import {
  assertFails,
  assertFetchesVersion,
  contentOf,
  type FaultValues,
  firstResponse,
  logOf,
  newCutResource,
  newResource,
  type Resource,
  rangesAsked,
  release,
  start,
  useHeldScope,
} from './given.ts';

describe('A resumption', () => {
  const scope = useHeldScope();

  for (const lie of ['wrong-start', 'wrong-total', 'malformed']) {
    it(`that is answered with a Content-Range that is ${lie} starts over`, async () => {
      const file = newCutResource([100_000], {}, `contentrange:${lie}`);
      await assertFetchesVersion(scope(), file, 1);
      assert.deepEqual(await rangesAsked(file), ['', 'bytes=100000-', '']);
    });
  }

  for (const shape of ['star', 'missing']) {
    it(`that is answered with a Content-Range that is ${shape} ends with the right bytes`, async () => {
      const file = newCutResource([100_000], {}, `contentrange:${shape}`);
      await assertFetchesVersion(scope(), file, 1);
    });
  }

  it('that is answered with less than asked for goes on from there', async () => {
    const file = newCutResource([50_000], { partial: 60_000 });
    await assertFetchesVersion(scope(), file, 1);
    const starts = [50_000, 110_000, 170_000, 230_000, 290_000].map((start) => `bytes=${start}-`);
    assert.deepEqual(await rangesAsked(file), ['', ...starts]);
  });

  it('that is answered with the whole takes the whole', async () => {
    const file = newCutResource([100_000], { ranges: 'ignore' });
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
    const file = newCutResource([100_000], {}, 'unsatisfied:always|ok');
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=100000-', '']);
  });

  it('beyond the end that is answered with 416 and another length starts over', async () => {
    const file = newCutResource([65_536], { size: 65_536, length: 'none' }, 'unsatisfied:wrong|ok');
    await assertFetchesVersion(scope(), file, 1);
  });

  it('that is answered with 404 is a bad-status', async () => {
    const file = newResource({ size: 300_000, attempts: 'cut:100000|status:404' });
    const registration = await assertFails(scope(), file.url, 'bad-status');
    assert.equal((await firstResponse(registration)).status, 404);
  });

  it('goes past caches', async () => {
    const file = newCutResource([100_000], { cache: 'default' });
    await assertFetchesVersion(scope(), file, 1);
    const [, second] = await logOf(file);
    assert.equal(second?.headers['cache-control'], 'no-cache');
  });

  it('is not made of a body that an author’s own Range asked for: that is asked for again', async () => {
    const file = newResource({ size: 300_000, attempts: 'stall:100000+cut:100000|ok' });
    const registration = await start(scope(), new Request(file.url, { headers: { range: 'bytes=50000-' } }));
    await progressed(registration, ({ downloaded }) => downloaded === 100_000);
    await release(file);
    await settled(registration);
    assert.include(registration, { result: 'success', downloaded: 250_000 });
    assert.deepEqual(await rangesAsked(file), ['bytes=50000-', 'bytes=50000-']);
    const bytes = await (await firstResponse(registration)).arrayBuffer();
    assert.equal(await sha256(bytes), await sha256(contentOf(file).slice(50_000)));
  });
});

describe('A version that is replaced between two attempts', () => {
  const scope = useHeldScope();
  const swapped = (faults: FaultValues = {}) => newCutResource([200_000], { swap: 2, ...faults });

  it('with a strong ETag is not mixed with the next one', async () => {
    const file = swapped();
    await assertFetchesVersion(scope(), file, 2);
    // only the answer to a request for the whole is the whole
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=200000-', '']);
  });

  it('with a strong ETag is not mixed although the server ignores If-Range', async () => {
    const file = swapped({ ifrange: 'ignore' });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=200000-', '']);
  });

  it('with a weak ETag alone is not resumed', async () => {
    const file = swapped({ etag: 'weak', lastmod: 'none' });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', '']);
  });

  it('with a weak ETag and Last-Modified is not mixed', async () => {
    await assertFetchesVersion(scope(), swapped({ etag: 'weak' }), 2);
  });

  it('with Last-Modified alone is not mixed', async () => {
    const file = swapped({ etag: 'none' });
    await assertFetchesVersion(scope(), file, 2);
  });

  it('with Last-Modified alone is not mixed although the server ignores If-Range', async () => {
    await assertFetchesVersion(scope(), swapped({ etag: 'none', ifrange: 'ignore' }), 2);
  });

  it('with nothing that identifies it is not resumed', async () => {
    const file = swapped({ etag: 'none', lastmod: 'none' });
    await assertFetchesVersion(scope(), file, 2);
    assert.deepEqual(await rangesAsked(file), ['', '']);
  });

  it('while it was compressed is not mixed', async () => {
    await assertFetchesVersion(
      scope(),
      newResource({ size: 300_000, swap: 2, encoding: 'gzip', attempts: 'cut:200000|ok' }),
      2,
    );
  });

  it('again and again ends as one version', async () => {
    const attempts = 'cut:200000|cut:200000+version:2|cut:200000+version:3|version:4';
    await assertFetchesVersion(scope(), newResource({ size: 300_000, attempts }), 4);
  });
});

describe('A version that stays', () => {
  const scope = useHeldScope();

  it('with Last-Modified alone is resumed after 64 KiB have been compared again', async () => {
    const file = newCutResource([200_000], { etag: 'none' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', `bytes=${200_000 - 65_536}-`]);
  });

  it('with Last-Modified alone and few bytes is resumed after all of them have been compared', async () => {
    const file = newCutResource([1000], { etag: 'none' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=0-']);
  });
});

describe('A body from another origin', () => {
  const scope = useHeldScope();
  /**
   * One that is cut after 100,000 bytes and after 200,000.
   * @param repeated bytes before these that come again where it is resumed
   */
  const remote = (faults: FaultValues, repeated = 1024): Resource => {
    unsupported(['node'], noOrigin);
    const [first, second] = [100_000, 100_000 + repeated];
    const attempts = `stall:${first}+cut:${first}|stall:${second}+cut:${second}|ok`;
    const file = newResource({ size: 300_000, cors: 'exposed', ...faults, attempts }, host.crossOrigin);
    return { ...file, cuts: [100_000, 200_000] };
  };

  it('is resumed although it may have been compressed, all without a preflight', async () => {
    const file = remote({});
    await assertFetchesVersion(scope(), file, 1);
    const log = await logOf(file);
    for (const { method, headers } of log)
      assert.deepEqual([method, headers['if-range']], ['GET', undefined]);
    assert.deepEqual(await rangesAsked(file), ['', 'bytes=98976-', 'bytes=200000-']);
  });

  it('that shows its ETag and was replaced is not mixed', async () => {
    await assertFetchesVersion(scope(), remote({ swap: 3 }), 2);
  });

  it('that hides its ETag is resumed by its Last-Modified', async () => {
    const file = remote({ cors: 'simple' }, 65_536);
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(new Set((await logOf(file)).map(({ method }) => method)), new Set(['GET']));
  });

  it('that hides its ETag and was replaced is not mixed', async () => {
    await assertFetchesVersion(scope(), remote({ cors: 'simple', swap: 3 }, 65_536), 2);
  });

  it('that hides all that identifies it is fetched again', async () => {
    await assertFetchesVersion(scope(), remote({ cors: 'simple', lastmod: 'none', swap: 3 }, 100_000), 2);
  });

  it('that is compressed, and does not say so, is fetched again uncompressed', async () => {
    const faults = { size: 300_000, cors: 'simple', encoding: 'gzip', attempts: 'cut:100000|cut:200000|ok' };
    await assertFetchesVersion(scope(), newResource(faults, host.crossOrigin), 1);
  });

  it('without a length is completed', async () => {
    const faults = { size: 300_000, cors: 'simple', attempts: 'endchunk:100000|endchunk:200000|length:none' };
    await assertFetchesVersion(scope(), newResource(faults, host.crossOrigin), 1);
  });

  it('that a redirect leads to is completed', async () => {
    const file = newResource({
      size: 300_000,
      cors: 'exposed',
      redirect: 'cross',
      attempts: 'cut:200000|cut:200000|ok',
    });
    await assertFetchesVersion(scope(), file, 1);
  });

  it('whose preflight is refused is a fetch-error, and is never asked for', async () => {
    const file = remote({ preflight: 'refuse' });
    const request = new Request(file.url, { headers: { 'x-custom': '1' } });
    await assertFails(scope(), request, 'fetch-error');
    // a HEAD without its headers finds out whether there is a server
    const methods = (await logOf(file)).map(({ method }) => method).filter((method) => method !== 'HEAD');
    assert.deepEqual(new Set(methods), new Set(['OPTIONS']));
  });

  it('whose preflight is allowed carries its headers, to each resumption too', async () => {
    const file = remote({ preflight: 'ok' });
    const request = new Request(file.url, { headers: { 'x-custom': '1' } });
    await assertFetchesVersion(scope(), file, 1, request);
    const gets = (await logOf(file)).filter(({ method }) => method === 'GET');
    assert.isAtLeast(gets.length, 2);
    for (const { headers } of gets) assert.equal(headers['x-custom'], '1');
  });
});
