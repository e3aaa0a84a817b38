import { assert } from 'chai';
import { control, progressed, settled } from '../../support/fetched.ts';
import {
  assertFails,
  assertFetchesVersion,
  contentOf,
  finish,
  firstRecord,
  newResource,
  type Resource,
  rejectionOf,
  start,
  useHeldScope,
} from './given.ts';

type Algorithm = 'SHA-256' | 'SHA-384' | 'SHA-512';

async function digestOf(file: Resource, algorithm: Algorithm, version = 1): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest(algorithm, contentOf(file, version)));
  return `${algorithm.toLowerCase().replace('-', '')}-${btoa(String.fromCharCode(...digest))}`;
}

function request({ url }: Resource, ...digests: string[]): Request {
  return new Request(url, { integrity: digests.join(' ') });
}

describe('integrity', () => {
  const scope = useHeldScope({ integrity: true });
  const wrong = `sha256-${'A'.repeat(43)}=`;

  for (const algorithm of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
    it(`by ${algorithm} that is right is a success`, async () => {
      const file = newResource({ size: 300_000 });
      await assertFetchesVersion(scope(), file, 1, request(file, await digestOf(file, algorithm)));
    });
  }

  it('that is wrong is a fetch-error, and no byte is shown', async () => {
    const file = newResource();
    const registration = await assertFails(scope(), request(file, wrong), 'fetch-error');
    assert.instanceOf(await rejectionOf((await firstRecord(registration)).responseReady), TypeError);
  });

  it('shows nothing of a body before all of it is checked', async () => {
    const [checked, plain] = [newResource({ withhold: 30_000 }), newResource({ withhold: 30_000 })];
    const registration = await start(scope(), [request(checked, wrong), plain.url]);
    await progressed(registration, ({ downloaded }) => downloaded === 60_000);
    const [record, other] = await registration.matchAll();
    const given = record?.responseReady.then(
      () => 'given',
      ({ name }) => name,
    );
    // that of the other one is, meanwhile
    assert.equal((await other?.responseReady)?.status, 200);
    await control(checked.key, { params: { withhold: 'none' }, release: true });
    await control(plain.key, { params: { withhold: 'none' }, release: true });
    await settled(registration);
    assert.equal(await given, 'TypeError');
  });

  it('stays in the record’s request', async () => {
    const file = newResource();
    const integrity = await digestOf(file, 'SHA-256');
    const registration = await finish(scope(), request(file, integrity));
    assert.equal((await firstRecord(registration)).request.integrity, integrity);
  });

  it('with several digests of one algorithm needs one of them to be right', async () => {
    const file = newResource();
    await assertFetchesVersion(scope(), file, 1, request(file, wrong, await digestOf(file, 'SHA-256')));
  });

  it('with several algorithms goes by the strongest', async () => {
    const file = newResource();
    const strong = await digestOf(file, 'SHA-512');
    await assertFetchesVersion(scope(), file, 1, request(file, wrong, strong));
    const weakIsRight = request(file, await digestOf(file, 'SHA-256'), `sha384-${'A'.repeat(64)}`);
    await assertFails(scope(), weakIsRight, 'fetch-error');
  });

  it('with no algorithm that is known allows everything', async () => {
    const file = newResource();
    await assertFetchesVersion(scope(), file, 1, request(file, 'md5-AAAA', 'nonsense'));
  });

  it('is of the whole body, however many responses it came in', async () => {
    const file = newResource({ size: 300_000, attempts: 'cut:100000|cut:100000|ok' });
    await assertFetchesVersion(scope(), file, 1, request(file, await digestOf(file, 'SHA-256')));
  });

  it('finds out a Content-Length that is less than there is, which nothing else could', async () => {
    const file = newResource({ size: 300_000, wire: 'length-short' });
    const registration = await finish(scope(), file.url);
    assert.equal(`${registration.result} ${registration.downloaded}`, 'success 299000');
    await assertFails(scope(), request(file, await digestOf(file, 'SHA-256')), 'fetch-error');
  });

  it('lets a body be resumed although nothing else identifies its version', async () => {
    const file = newResource({ size: 300_000, etag: 'none', lastmod: 'none', attempts: 'cut:100000|ok' });
    await assertFetchesVersion(scope(), file, 1, request(file, await digestOf(file, 'SHA-256')));
  });

  it('finds out a mixture that nothing else could, and gets the whole anew', async () => {
    const file = newResource({
      size: 300_000,
      etag: 'same',
      lastmod: 'none',
      swap: 2,
      attempts: 'cut:100000|ok',
    });
    await assertFetchesVersion(scope(), file, 2, request(file, await digestOf(file, 'SHA-256', 2)));
  });

  it('fails one record, and lets the others go on', async () => {
    const [bad, good] = [newResource(), newResource({ delay: 50 })];
    const registration = await finish(scope(), [request(bad, wrong), good.url]);
    assert.equal(registration.failureReason, 'fetch-error');
    const [, other] = await registration.matchAll();
    assert.equal((await (await other?.responseReady)?.arrayBuffer())?.byteLength, good.size);
  });

  it('is checked over an upload’s response, too', async () => {
    const file = newResource({ size: 1000 });
    const url = file.url.replace('/r/', '/upload/');
    const init = { method: 'POST', body: 'x' };
    const right = new Request(url, { ...init, integrity: await digestOf(file, 'SHA-256') });
    await assertFetchesVersion(scope(), file, 1, right);
    await assertFails(scope(), new Request(url, { ...init, integrity: wrong }), 'fetch-error');
  });
});
