import { assert } from 'chai';
import { settled, sha256 } from '../../support/fetched.ts';
import {
  assertDOMException,
  assertTypeError,
  contentOf,
  finish,
  newResource,
  newUpload,
  type Resource,
  released,
  start,
  type Upload,
  useHeldScope,
  useScope,
} from './given.ts';

describe('The records of several requests', () => {
  const scope = useHeldScope();

  it('come from matchAll() in the order given to fetch(), whatever the order in which they settle', async () => {
    const urls = [newResource({ delay: 150 }), newResource(), newResource({ delay: 50 })].map(
      ({ url }) => url,
    );
    const registration = await start(scope(), urls);
    const before = await registration.matchAll();
    await settled(registration);
    const after = await registration.matchAll();
    for (const records of [before, after]) {
      assert.deepEqual(
        records.map(({ request }) => request.url),
        urls,
      );
    }
  });

  it('are one for each of two equal requests, each with a response of its own', async () => {
    const file = newResource({ size: 1000, attempts: 'type:text/first|type:text/second' });
    const registration = await finish(scope(), [file.url, file.url]);
    const records = await registration.matchAll(file.url);
    assert.lengthOf(records, 2);
    const responses = await Promise.all(records.map(({ responseReady }) => responseReady));
    const types = responses.map(({ headers }) => headers.get('content-type'));
    assert.sameMembers(types, ['text/first', 'text/second']);
    assert.equal(registration.downloaded, 2000);
  });

  it('are told apart by their place when equal requests carry different bodies', async () => {
    const { url } = newUpload();
    const bodies = ['first', 'second', 'third'];
    const requests = bodies.map((body) => new Request(url, { method: 'POST', body }));
    const registration = await finish(scope(), requests);
    const records = await registration.matchAll(url, { ignoreMethod: true });
    assert.deepEqual(await Promise.all(records.map(({ request }) => request.text())), bodies);
    const answers = records.map(
      async ({ responseReady }) => ((await (await responseReady).json()) as Upload).sha256,
    );
    const digests = bodies.map((body) => sha256(new TextEncoder().encode(body)));
    assert.deepEqual(await Promise.all(answers), await Promise.all(digests));
  });

  it('may be fifty in one fetch', async () => {
    const urls = Array.from({ length: 50 }, () => newResource({ size: 10 }).url);
    const registration = await finish(scope(), urls);
    assert.include(registration, { result: 'success', downloaded: 500 });
    assert.lengthOf(await registration.matchAll(), 50);
  });

  it('are new objects with each call', async () => {
    const registration = await finish(scope(), newResource().url);
    assert.notEqual((await registration.matchAll())[0], (await registration.matchAll())[0]);
  });

  it('are an array that belongs to the caller', async () => {
    const registration = await finish(scope(), newResource().url);
    const records = await registration.matchAll();
    assert.isTrue(Array.isArray(records));
    (records as unknown[]).length = 0;
    assert.lengthOf(await registration.matchAll(), 1);
  });
});

describe('match() and matchAll()', () => {
  const scope = useHeldScope();
  let file: Resource;
  let varying: Resource;
  let upload: { readonly url: string };
  let registration: BackgroundFetchRegistration;

  before('fetch', async () => {
    file = newResource({ size: 100 });
    varying = newResource({ size: 200, vary: 'x-language' });
    upload = newUpload();
    const requests = [
      `${file.url}#chapter`,
      new Request(varying.url, { headers: { 'x-language': 'fr' } }),
      new Request(upload.url, { method: 'POST', body: 'x' }),
    ];
    registration = await finish(scope(), requests);
    assert.equal(registration.result, 'success');
  });

  it('find a record by its URL, with its request and response', async () => {
    const record = await registration.match(file.url);
    assert.equal(record?.request.method, 'GET');
    const response = await record?.responseReady;
    assert.equal(await sha256(response as Response), await sha256(contentOf(file)));
  });

  it('find a record by a Request', async () => {
    assert.isDefined(await registration.match(new Request(file.url)));
  });

  it('find a record by a URL relative to the document', async () => {
    assert.isDefined(await registration.match(file.url.slice(location.origin.length)));
  });

  it('give undefined, and an empty list, for a request that was not made', async () => {
    assert.isUndefined(await registration.match('/nobody-asked'));
    assert.deepEqual(await registration.matchAll('/nobody-asked'), []);
  });

  it('leave the fragment out of the comparison, on both sides', async () => {
    assert.isDefined(await registration.match(`${file.url}#other`));
  });

  it('compare the query', async () => {
    assert.isUndefined(await registration.match(`${file.url}&note=more`));
  });

  it('leave the query out with ignoreSearch', async () => {
    const other = new URL(file.url);
    other.search = '?nothing=alike';
    assert.isDefined(await registration.match(other.href, { ignoreSearch: true }));
  });

  it('give all records, in order, without a request', async () => {
    assert.lengthOf(await registration.matchAll(), 3);
    assert.lengthOf(await registration.matchAll(undefined), 3);
  });

  it('find a record that is not a GET only with ignoreMethod', async () => {
    assert.isUndefined(await registration.match(upload.url));
    assert.isUndefined(await registration.match(new Request(upload.url, { method: 'POST', body: 'x' })));
    const record = await registration.match(upload.url, { ignoreMethod: true });
    assert.equal(record?.request.method, 'POST');
  });

  it('find nothing for a query that is not a GET, but with ignoreMethod', async () => {
    const query = new Request(file.url, { method: 'PUT' });
    assert.isUndefined(await registration.match(query));
    assert.isDefined(await registration.match(query, { ignoreMethod: true }));
  });

  it('compare the request headers that the response’s Vary names', async () => {
    const ask = (headers: HeadersInit) => registration.match(new Request(varying.url, { headers }));
    assert.isDefined(await ask({ 'x-language': 'fr' }));
    assert.isUndefined(await ask({ 'x-language': 'de' }));
    assert.isUndefined(await ask({}));
  });

  it('leave Vary out with ignoreVary', async () => {
    assert.isDefined(await registration.match(varying.url, { ignoreVary: true }));
  });

  it('take null and undefined for no options', async () => {
    for (const options of [null, undefined] as unknown as CacheQueryOptions[]) {
      assert.isDefined(await registration.match(file.url, options));
    }
  });

  it('refuse a query that is no request', async () => {
    await assertTypeError(registration.match('https://:invalid/'));
    await assertTypeError((registration.match as () => Promise<unknown>).call(registration));
  });
});

describe('Records that were released', () => {
  const scope = useScope();

  it('can’t be asked for any more: match() and matchAll() reject with an InvalidStateError', async () => {
    const file = newResource();
    const registration = await start(scope(), file.url);
    await released(registration);
    await assertDOMException(registration.matchAll(), 'InvalidStateError');
    await assertDOMException(registration.match(file.url), 'InvalidStateError');
  });

  it('leave the registration its final state', async () => {
    const registration = await start(scope(), newResource({ size: 1000 }).url);
    await released(registration);
    assert.include(registration, { result: 'success', failureReason: '', downloaded: 1000 });
  });
});
