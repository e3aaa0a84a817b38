import { defaultRetryPolicy } from '@background-fetch/core';
import { assert } from 'chai';
import { progressed, settled, uniqueKey } from '../../support/fetched.ts';
import { host } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import {
  assertFetchesVersion,
  assertSentOnce,
  type FaultValues,
  finish,
  holdEnds,
  logOf,
  newResource,
  newUpload,
  serverSaw,
  stalled,
  start,
  useHeldScope,
} from './given.ts';

/** Nobody answers at the other origin for so many ms, although the host is online. */
async function beginOutage(milliseconds: number): Promise<void> {
  const body = JSON.stringify({ milliseconds });
  const response = await fetch(`${location.origin}/outage/cross`, { method: 'POST', body });
  assert.isTrue(response.ok);
}

/** What a pool of the fault server tells of the requests under way. */
async function readPool(pool: string): Promise<{ readonly most: number; readonly refused: number }> {
  return await (await fetch(`${location.origin}/control/${pool}/pool`)).json();
}

describe('An origin that does not answer for a while, although the device is online', () => {
  const scope = useHeldScope();

  it('costs no record, whether it had answered before or not', async () => {
    const files = Array.from({ length: 12 }, () => newResource({ cors: 'exposed' }, host.crossOrigin));
    const registration = await start(
      scope(),
      files.map(({ url }) => url),
    );
    await progressed(registration, ({ downloaded }) => downloaded > 0);
    await beginOutage(1500);
    await settled(registration);
    assert.include(registration, { result: 'success', downloaded: 12 * (files[0]?.size ?? 0) });
  });

  it('is waited for from the first request on', async () => {
    await beginOutage(1500);
    await assertFetchesVersion(scope(), newResource({ cors: 'exposed' }, host.crossOrigin), 1);
  });

  it('keeps no record of another origin waiting', async () => {
    const away = newResource({ cors: 'exposed' }, host.crossOrigin);
    await beginOutage(4000);
    const registration = await start(scope(), [away.url, newResource().url]);
    const half = (registration: BackgroundFetchRegistration): boolean =>
      registration.downloaded === away.size;
    await progressed(registration, half);
    assert.equal(registration.result, '');
    await settled(registration);
    assert.equal(registration.result, 'success');
  });

  it('is waited for behind a redirect, too', async () => {
    const file = newResource({ redirect: 'cross', cors: 'exposed' });
    await beginOutage(700);
    await assertFetchesVersion(scope(), file, 1);
  });
});

describe('An upload to an origin that does not answer for a while', () => {
  // a worker that has heard of no server yet
  async function openAlbum(): Promise<TestScope> {
    const engine = { connectionsPerOrigin: 2, briskConnectionsPerOrigin: 2 };
    const scope = await openScope({ configure: { engine } });
    await holdEnds(scope);
    return scope;
  }
  const newPhotos = (count: number, faults: FaultValues = {}): { key: string; url: string }[] =>
    Array.from({ length: count }, () => newUpload({ cors: 'exposed', ...faults }, host.crossOrigin));
  const post = ({ url }: { readonly url: string }): Request =>
    new Request(url, { method: 'POST', body: 'only once', mode: 'cors' });

  it('waits as a download does, and is sent once', async () => {
    const scope = await openAlbum();
    const photos = newPhotos(20);
    await beginOutage(1500);
    const registration = await settled(await start(scope, photos.map(post)));
    assert.include(registration, { result: 'success', failureReason: '' });
    await assertSentOnce(...photos);
  });

  it('arrives although those that were under way are lost', async () => {
    const scope = await openAlbum();
    const underWay = newPhotos(2, { hold: 1 });
    const waiting = newPhotos(10);
    const registration = await start(scope, [...underWay, ...waiting].map(post));
    for (const photo of underWay) {
      await serverSaw(photo, (log) => log.some(({ method }) => method === 'POST'));
    }
    await beginOutage(1500);
    await settled(registration);
    assert.include(registration, { result: 'failure', failureReason: 'fetch-error' });
    await assertSentOnce(...underWay, ...waiting);
  });
});

describe('Requests to one origin at a time', () => {
  const scope = useHeldScope();

  it('leave connections to the page', async () => {
    const pool = uniqueKey('pool');
    const files = Array.from({ length: 8 }, () => newResource({ hold: 1, pool, connections: 100 }));
    const registration = await start(
      scope(),
      files.map(({ url }) => url),
    );
    await Promise.all(files.slice(0, 3).map(stalled));
    const most = host.engine === 'node' ? 6 : 3;
    assert.isAtMost((await readPool(pool)).most, most);
    await registration.abort();
  });

  it('are one for each background fetch before one has several', async () => {
    const held = Array.from({ length: 6 }, () => newResource({ hold: 1 }));
    const first = await start(
      scope(),
      held.map(({ url }) => url),
    );
    await Promise.all(held.slice(0, 3).map(stalled));
    const small = newResource();
    await finish(scope(), small.url);
    await first.abort();
  });
});

describe('A server that answers few requests in a second', () => {
  // as it is without options: other suites wait less
  const { firstDelay, longestDelay } = defaultRetryPolicy;
  const scope = useHeldScope({ configure: { engine: { retry: { firstDelay, longestDelay } } } });

  for (const hint of ['', '1']) {
    const says = hint ? 'says when to come again' : 'does not say when to come again';
    it(`is asked less than twice for each of many small files where it ${says}`, async function () {
      // all of them take 8 s at the server’s rate
      this.timeout(80_000);
      const pool = uniqueKey('pool');
      const faults = { pool, size: 2000, ratelimit: 8, over: 429, ...(hint && { retryafter: hint }) };
      const files = Array.from({ length: 60 }, () => newResource(faults));
      const urls = files.map(({ url }) => url);
      assert.equal((await finish(scope(), urls)).result, 'success');
      assert.isBelow((await readPool(pool)).refused, files.length);
    });
  }
});

describe('A server that bears few requests at a time', () => {
  // one large body as several small ranges
  const engine = { pieceSize: 250_000, connections: 4 };
  const scope = useHeldScope({ configure: { engine } });

  for (const connections of [1, 2]) {
    for (const over of [503, 403, 'reset'] as const) {
      it(`gets few where it answers more than ${connections} with ${over}`, async () => {
        const file = newResource({ size: 3_000_000, connections, over });
        await assertFetchesVersion(scope(), file, 1);
        assert.isBelow((await logOf(file)).length, 40);
      });
    }
  }

  it('is asked for one range after the other where it bears one, and slowly', async () => {
    const file = newResource({ size: 3_000_000, connections: 1, over: 503, rate: 2_000_000 });
    await assertFetchesVersion(scope(), file, 1);
    assert.isBelow((await logOf(file)).length, 40);
  });
});
