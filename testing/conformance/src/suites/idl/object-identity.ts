import { assert } from 'chai';
import { resource, uniqueKey } from '../../support/fetched.ts';
import { host } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';

describe('the objects of the API', () => {
  it('a registration has one manager', async () => {
    const { registration, scope } = await openScope();
    assert.instanceOf(registration.backgroundFetch, BackgroundFetchManager);
    assert.equal(registration.backgroundFetch, registration.backgroundFetch);
    const same = await navigator.serviceWorker.getRegistration(scope);
    assert.equal(same?.backgroundFetch, registration.backgroundFetch);
  });

  it('two registrations have two managers', async () => {
    const [one, other] = [await openScope(), await openScope()];
    assert.notEqual(one.backgroundFetch, other.backgroundFetch);
  });

  it('a background fetch is a BackgroundFetchRegistration and an EventTarget', async () => {
    const scope = await openScope();
    const registration = await scope.backgroundFetch.fetch('held', resource(uniqueKey(), { hold: 1 }));
    assert.instanceOf(registration, BackgroundFetchRegistration);
    assert.instanceOf(registration, EventTarget);
    assert.equal(String(registration), '[object BackgroundFetchRegistration]');
  });

  it('shows its attributes to for…in and no own properties', async () => {
    const scope = await openScope();
    const registration = await scope.backgroundFetch.fetch('held', resource(uniqueKey(), { hold: 1 }));
    const seen: string[] = [];
    for (const key in registration) seen.push(key);
    const expected = [
      'id',
      'uploadTotal',
      'downloaded',
      'result',
      'recordsAvailable',
      'onprogress',
      'matchAll',
    ];
    assert.includeMembers(seen, expected);
    // Node's EventTarget keeps its listeners in symbols of its own
    const own = Reflect.ownKeys(registration).filter(
      (key) => host.engine !== 'node' || typeof key === 'string',
    );
    assert.deepEqual(own, []);
  });

  it('a record gives the same request and the same promise each time', async () => {
    const scope = await openScope();
    const url = resource(uniqueKey(), { hold: 1 });
    const registration = await scope.backgroundFetch.fetch('held', url);
    const record = await registration.match(url);
    assert.instanceOf(record, BackgroundFetchRecord);
    assert.instanceOf(record?.request, Request);
    assert.equal(record?.request, record?.request);
    assert.instanceOf(record?.responseReady, Promise);
    assert.equal(record?.responseReady, record?.responseReady);
  });

  it('matchAll() gives an array of its own each time', async () => {
    const scope = await openScope();
    const registration = await scope.backgroundFetch.fetch('held', resource(uniqueKey(), { hold: 1 }));
    const [one, other] = [await registration.matchAll(), await registration.matchAll()];
    assert.isArray(one);
    assert.notEqual(one, other);
  });
});
