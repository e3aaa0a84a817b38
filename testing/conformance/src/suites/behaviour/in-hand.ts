import { assert } from 'chai';
import { settled, sha256 } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import { inStore } from '../attacks/store.ts';
import {
  assertDOMException,
  contentOf,
  finish,
  firstRecord,
  firstResponse,
  holdEnds,
  newResource,
  release,
  released,
  stalled,
  start,
  useScope,
} from './given.ts';

/** Lets another fetch begin and end: what is deleted after the release of those before it is gone by then. */
async function anotherFetch(scope: TestScope): Promise<void> {
  await released(await start(scope, newResource({ size: 10 }).url));
}

/** Whether anything is stored of a background fetch. */
async function isStored({ id }: BackgroundFetchRegistration): Promise<boolean> {
  const fetches = await inStore('fetches', (store) => store.getAll() as IDBRequest<{ id: string }[]>);
  return fetches.some((fetch) => fetch.id === id);
}

async function freed(registration: BackgroundFetchRegistration): Promise<void> {
  while (await isStored(registration)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('A response in hand', () => {
  const scope = useScope();
  const notNative = 'the browser’s own fetch gives no response before its end';

  it('is whole although the records were released before it was read', async () => {
    unsupported(['native'], notNative);
    const file = newResource({ size: 3_000_000, stall: 500_000 });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    await release(file);
    await released(registration);
    await anotherFetch(scope());
    await assertDOMException(registration.matchAll(), 'InvalidStateError');
    assert.equal(await sha256(response), await sha256(contentOf(file)));
  });

  it('is whole in all copies, whether they were made before the release or after it', async () => {
    unsupported(['native'], notNative);
    const file = newResource({ size: 300_000, stall: 100_000 });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    const early = response.clone();
    await release(file);
    await released(registration);
    await anotherFetch(scope());
    const late = response.clone();
    const digests = [await sha256(late), await sha256(early), await sha256(response)];
    assert.deepEqual(new Set(digests), new Set([await sha256(contentOf(file))]));
  });

  it('is given after the release to who had its record before', async () => {
    const file = newResource({ size: 300_000, hold: 1 });
    const registration = await start(scope(), file.url);
    const record = await firstRecord(registration);
    await release(file);
    await released(registration);
    await anotherFetch(scope());
    assert.equal(record.request.url, file.url);
    assert.equal(await sha256(await record.responseReady), await sha256(contentOf(file)));
  });

  it('keeps the body of a status that is no success', async () => {
    const file = newResource({ status: 404, hold: 1 });
    const registration = await start(scope(), file.url);
    const record = await firstRecord(registration);
    await release(file);
    await released(registration);
    await anotherFetch(scope());
    const response = await record.responseReady;
    assert.equal(response.status, 404);
    assert.isNotEmpty(await response.text());
  });

  it('is kept for each of 110 records, in whatever order they are read', async () => {
    const [first, ...others] = Array.from({ length: 110 }, (_, index) =>
      newResource(index ? { size: 2000 } : { size: 2000, stall: 500 }),
    ) as [ReturnType<typeof newResource>];
    const files = [first, ...others];
    const registration = await start(
      scope(),
      files.map(({ url }) => url),
    );
    const records = await registration.matchAll();
    await release(first);
    await released(registration);
    await anotherFetch(scope());
    const bodies = await Promise.all([...records].reverse().map(async (record) => record.responseReady));
    for (const [index, response] of bodies.reverse().entries())
      assert.equal(await sha256(response), await sha256(contentOf(files[index] as typeof first)), `${index}`);
  });

  it('keeps nothing once it is read to its end', async () => {
    unsupported(['node', 'native'], 'what is stored is seen in IndexedDB');
    const file = newResource({ size: 300_000, stall: 100_000 });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    await release(file);
    await released(registration);
    await anotherFetch(scope());
    assert.isTrue(await isStored(registration));
    await response.arrayBuffer();
    await freed(registration);
  });

  it('keeps nothing once it is cancelled', async () => {
    unsupported(['node', 'native'], 'what is stored is seen in IndexedDB');
    const file = newResource({ size: 300_000, stall: 100_000 });
    const registration = await start(scope(), file.url);
    const response = await firstResponse(registration);
    await stalled(file);
    await release(file);
    await released(registration);
    await anotherFetch(scope());
    assert.isTrue(await isStored(registration));
    await response.body?.cancel();
    await freed(registration);
  });

  it('without a body keeps nothing', async () => {
    unsupported(['node', 'native'], 'what is stored is seen in IndexedDB');
    const file = newResource({ status: 204, hold: 1 });
    const registration = await start(scope(), file.url);
    const record = await firstRecord(registration);
    await release(file);
    assert.equal((await record.responseReady).status, 204);
    await released(registration);
    await freed(registration);
    assert.equal(record.request.url, file.url);
  });
});

describe('What is in hand as the terminal event is handled', () => {
  it('stays readable when that ends: responses, and records whose response is asked for only then', async () => {
    const scope = await openScope();
    await holdEnds(scope);
    const files = [newResource({ size: 300_000 }), newResource({ size: 300_000 })];
    const registration = await finish(
      scope,
      files.map(({ url }) => url),
    );
    const [first, second] = await registration.matchAll();
    const response = await first?.responseReady;
    await scope.releaseEvents();
    await released(registration);
    await anotherFetch(scope);
    const responses = [response, await second?.responseReady];
    for (const [index, file] of files.entries())
      assert.equal(await sha256(responses[index] as Response), await sha256(contentOf(file)));
    await assertDOMException(registration.match(files[0]?.url ?? ''), 'InvalidStateError');
  });

  it('stays readable in the service worker', async () => {
    const scope = await openScope();
    const file = newResource({ size: 300_000 });
    await scope.handleEvent('backgroundfetchsuccess', async ({ registration }) => {
      const [first, second] = await registration.matchAll();
      Object.assign(globalThis, { inHand: { response: await first?.responseReady, record: second } });
    });
    const registration = await start(scope, [file.url, file.url]);
    await released(registration);
    const digests = await scope.run(async () => {
      const { inHand } = globalThis as unknown as {
        inHand: { response: Response; record: BackgroundFetchRecord };
      };
      const late = await inHand.record.responseReady;
      return Promise.all([inHand.response, late].map((response) => testWorker.sha256(response)));
    });
    const expected = await sha256(contentOf(file));
    assert.deepEqual(digests, [expected, expected]);
    await settled(registration);
  });
});
