import { assert } from 'chai';
import { progressed, settled, sha256 } from '../../support/fetched.ts';
import {
  contentOf,
  eventOf,
  finish,
  firstRecord,
  firstResponse,
  newResource,
  newUpload,
  readAtLeast,
  readerOf,
  readRest,
  rejectionOf,
  release,
  released,
  stalled,
  start,
  useHeldScope,
  useScope,
} from './given.ts';

describe('A record that is in flight', () => {
  const scope = useHeldScope();

  it('gives its response as soon as the head is known', async () => {
    const file = newResource({ size: 300_000, stall: 1 });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    assert.equal(response.status, 200);
    assert.equal(registration.result, '');
    await release(file);
    await settled(registration);
  });

  it('streams what is stored, then what comes', async () => {
    const file = newResource({ size: 600_000, stall: 200_000 });
    const registration = await start(scope(), file.url);
    const reader = readerOf(await firstResponse(registration));
    const chunks = await readAtLeast(reader, 200_000);
    assert.equal(registration.result, '');
    await release(file);
    chunks.push(...(await readRest(reader)));
    const whole = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer();
    assert.equal(await sha256(whole), await sha256(contentOf(file)));
  });

  it('streams on over a cut that was resumed', async () => {
    const file = newResource({ size: 600_000, attempts: 'stall:200000+cut:300000|ok' });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    await stalled(file);
    await release(file);
    assert.equal(await sha256(response), await sha256(contentOf(file)));
  });

  it('has its request at hand, with the body', async () => {
    const { url } = newUpload({ hold: 1 });
    const registration = await start(scope(), new Request(url, { method: 'POST', body: 'kept' }));
    const { request } = await firstRecord(registration);
    assert.equal(request.method, 'POST');
    assert.equal(await request.text(), 'kept');
    await registration.abort();
  });

  it('has one promise for its response, asked for as often as one likes', async () => {
    const registration = await start(scope(), newResource().url);
    const record = await firstRecord(registration);
    assert.equal(record.responseReady, record.responseReady);
    assert.equal(record.request, record.request);
    await settled(registration);
  });

  it('lets several readers read, each at its own pace', async () => {
    const file = newResource({ size: 600_000, stall: 300_000 });
    const registration = await start(scope(), file.url);
    const [early, late] = [await firstResponse(registration), await firstResponse(registration)];
    const reading = sha256(early);
    await stalled(file);
    await release(file);
    await settled(registration);
    const expected = await sha256(contentOf(file));
    assert.equal(await reading, expected);
    assert.equal(await sha256(late), expected);
    assert.equal(await sha256(await firstResponse(registration)), expected);
  });

  it('is not disturbed by a reader that cancels', async () => {
    const file = newResource({ size: 600_000, stall: 200_000 });
    const registration = await start(scope(), file.url);
    const reader = readerOf(await firstResponse(registration));
    await readAtLeast(reader, 1);
    await reader.cancel();
    assert.isTrue((await reader.read()).done);
    await release(file);
    await settled(registration);
    assert.equal(registration.result, 'success');
    assert.equal(await sha256(await firstResponse(registration)), await sha256(contentOf(file)));
  });

  it('may be cloned, and both copies read', async () => {
    const file = newResource({ size: 300_000, stall: 100_000 });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    const copy = response.clone();
    await release(file);
    const digests = await Promise.all([sha256(response), sha256(copy)]);
    assert.deepEqual(new Set(digests), new Set([await sha256(contentOf(file))]));
  });

  it('breaks the stream of a response that is replaced with a TypeError, and gives the new one', async () => {
    const faults = { size: 300_000, etag: 'none', lastmod: 'none', swap: 2 };
    const file = newResource({ ...faults, attempts: 'stall:150000+cut:200000|ok' });
    const registration = await start(scope(), file.url);
    const old = await firstResponse(registration);
    const reader = readerOf(old);
    await readAtLeast(reader, 150_000);
    await release(file);
    assert.instanceOf(await rejectionOf(readRest(reader)), TypeError);
    await settled(registration);
    assert.equal(await sha256(await firstResponse(registration)), await sha256(contentOf(file, 2)));
  });

  it('rejects with a TypeError when it fails before there is a response', async () => {
    const registration = await start(scope(), newResource({ drop: 'fin' }).url);
    const record = await firstRecord(registration);
    assert.instanceOf(await rejectionOf(record.responseReady), TypeError);
    await settled(registration);
    assert.equal(registration.failureReason, 'fetch-error');
  });

  it('is shown by the example of the reference documentation as it is written', async () => {
    const logged: unknown[][] = [];
    const console = { log: (...values: unknown[]) => logged.push(values) };
    const file = newResource({ size: 10_000 });
    const bgFetch = await start(scope(), file.url);
    const example = async (url: string) =>
      bgFetch.match(url).then(async (record) => {
        if (!record) return console.log('No record found');
        console.log(`Here's the request`, record.request);
        const response = await record.responseReady;
        console.log(`And here's the response`, response);
      });
    await example('/ep-5.mp3');
    await example(file.url);
    await settled(bgFetch);
    assert.deepEqual(
      logged.map(([text]) => text),
      ['No record found', `Here's the request`, `And here's the response`],
    );
    assert.instanceOf(logged[1]?.[1], Request);
    assert.instanceOf(logged[2]?.[1], Response);
    assert.propertyVal(logged[2]?.[1], 'url', file.url);
  });
});

describe('A slow reader', () => {
  const scope = useScope();

  it('gets the whole body although the fetch has been released meanwhile', async () => {
    const file = newResource({ size: 3_000_000 });
    const registration = await start(scope(), file.url);
    const reader = readerOf(await firstResponse(registration));
    const chunks = await readAtLeast(reader, 1);
    await released(registration);
    chunks.push(...(await readRest(reader)));
    const whole = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer();
    assert.equal(await sha256(whole), await sha256(contentOf(file)));
  });

  it('in the service worker gets it, too', async () => {
    const file = newResource({ size: 1_000_000, stall: 500_000 });
    const registration = await start(scope(), file.url);
    await stalled(file);
    await progressed(registration, ({ downloaded }) => downloaded > 0);
    await scope().run(async (id) => {
      const found = await testWorker.registration.backgroundFetch.get(id);
      const [record] = (await found?.matchAll()) ?? [];
      const reader = (await record?.responseReady)?.body?.getReader();
      Object.assign(globalThis, { slow: { reader, first: (await reader?.read())?.value } });
    }, registration.id);
    await release(file);
    await released(registration);
    const whole = await scope().run(async () => {
      const { slow } = globalThis as unknown as {
        slow: {
          reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
          first: Uint8Array<ArrayBuffer>;
        };
      };
      const chunks = [slow.first];
      for (;;) {
        const { value, done } = await slow.reader.read();
        if (done) return await new Blob(chunks).arrayBuffer();
        chunks.push(value);
      }
    });
    assert.equal(await sha256(whole), await sha256(contentOf(file)));
  });

  it('does not hold up the transfer', async () => {
    const registration = await start(scope(), newResource({ size: 3_000_000 }).url);
    const reader = readerOf(await firstResponse(registration));
    await readAtLeast(reader, 1);
    await eventOf(scope(), 'backgroundfetchsuccess', registration.id);
    assert.equal(registration.downloaded, 3_000_000);
    await reader.cancel();
  });

  it('is not needed: a response that nobody reads is stored all the same', async () => {
    const registration = await finish(scope(), newResource({ size: 500_000 }).url);
    assert.equal(registration.downloaded, 500_000);
  });
});
