import { forget } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { control, progressed, settled, sha256 } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import type { TestScope } from '../../support/scope.ts';
import {
  contentOf,
  firstResponse,
  logOf,
  newCutResource,
  newResource,
  type Resource,
  rangesAsked,
  release,
  released,
  start,
  useScope,
} from './given.ts';

const configure = { engine: { retry: { fruitlessAttempts: 2, firstDelay: 10 } } };
const cut = 200_000;

/** A fetch whose server goes away when some of the body is stored, and comes back once it has failed. */
async function fail(
  scope: TestScope,
  file: Resource,
  requests: string[] = [file.url],
): Promise<BackgroundFetchRegistration> {
  const registration = await start(scope, requests);
  await progressed(registration, ({ downloaded }) => downloaded >= cut);
  await control(file.key, { params: { drop: 'reset' } });
  await release(file);
  await settled(registration);
  assert.equal(`${registration.result} ${registration.failureReason}`, 'failure fetch-error');
  await control(file.key, { params: {} });
  return registration;
}

async function assertGoesOn(registration: BackgroundFetchRegistration, file: Resource): Promise<void> {
  await settled(registration);
  assert.equal(`${registration.result} ${registration.failureReason}`, 'success ');
  const response = await firstResponse(registration);
  assert.equal(await sha256(response), await sha256(contentOf(file)));
  const answered = (await logOf(file)).filter(({ status }) => status !== null);
  assert.deepEqual(
    answered.map(({ headers }) => headers.range ?? ''),
    ['', `bytes=${cut}-`],
  );
}

describe('A background fetch whose server was gone', () => {
  const scope = useScope({ configure });
  before('hold the events of successes', () => scope().holdEvents('backgroundfetchsuccess'));
  beforeEach(() => unsupported(['native'], 'the browser’s own begins again'));

  it('goes on from what it has received when the same is fetched again', async () => {
    const file = newCutResource([cut]);
    const failed = await fail(scope(), file);
    await released(failed);
    assert.isUndefined(await scope().backgroundFetch.get(failed.id));
    const registration = await scope().backgroundFetch.fetch(failed.id, file.url);
    assert.notEqual(registration, failed);
    assert.isAtLeast(registration.downloaded, cut);
    await assertGoesOn(registration, file);
    assert.include(failed, { result: 'failure', failureReason: 'fetch-error', recordsAvailable: false });
  });

  it('starts anew when something else is fetched under its id', async () => {
    const file = newCutResource([cut]);
    const failed = await fail(scope(), file);
    await released(failed);
    const other = newResource();
    const registration = await scope().backgroundFetch.fetch(failed.id, other.url);
    assert.equal(registration.downloaded, 0);
    await settled(registration);
    const again = await scope().backgroundFetch.fetch(failed.id, file.url);
    await settled(again);
    assert.equal((await rangesAsked(file)).at(-1), '');
  });

  it('goes on with each of its records', async () => {
    const [file, whole] = [newCutResource([cut]), newResource()];
    const failed = await fail(scope(), file, [file.url, whole.url]);
    await released(failed);
    const registration = await scope().backgroundFetch.fetch(failed.id, [file.url, whole.url]);
    assert.isAtLeast(registration.downloaded, cut + whole.size);
    await assertGoesOn(registration, file);
    assert.equal(registration.downloaded, file.size + whole.size);
  });

  it('starts anew once it is forgotten', async () => {
    unsupported(['node'], 'there, it is a method of the engine');
    const file = newCutResource([cut]);
    const failed = await fail(scope(), file);
    await released(failed);
    assert.isTrue(await forget(scope().registration, failed.id));
    assert.isFalse(await forget(scope().registration, failed.id));
    const registration = await scope().backgroundFetch.fetch(failed.id, file.url);
    assert.equal(registration.downloaded, 0);
    await settled(registration);
    assert.equal((await rangesAsked(file)).at(-1), '');
  });
});

describe('A background fetch that is tried again while the event of its failure is handled', () => {
  const scope = useScope({ configure });
  before('hold the events', async () => {
    await scope().holdEvents('backgroundfetchsuccess');
    await scope().holdEvents('backgroundfetchfail');
  });
  beforeEach(() => unsupported(['native'], 'the browser’s own begins again'));

  it('goes on from what it has received', async () => {
    const file = newCutResource([cut]);
    const failed = await fail(scope(), file);
    assert.isTrue(failed.recordsAvailable);
    await assertGoesOn(await scope().backgroundFetch.fetch(failed.id, file.url), file);
  });
});
