import { assert } from 'chai';
import { channelName } from '../../../../../packages/web/src/shared/names.ts';
import { settled, sha256 } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import {
  contentOf,
  eventOf,
  firstResponse,
  newResource,
  release,
  serverSaw,
  stalled,
  start,
  useHeldScope,
} from '../behaviour/given.ts';
import { storedFetch } from './store.ts';

const brand = 'background-fetch';
const ownProto = JSON.parse('{"__proto__":{"type":"ping"},"type":"__proto__"}') as unknown;

/** In the place of a message to the service worker. */
const oddCommands: readonly unknown[] = [
  ...[
    null,
    0,
    1,
    '',
    'ping',
    true,
    [],
    {},
    [{ type: 'ping' }],
    ownProto,
    { type: 'constructor' },
    { type: {} },
  ],
  ...[{ type: 'hello' }, { type: 'click' }, { type: 'click', key: {} }, { type: 'click', key: '__proto__' }],
  ...[
    { type: 'click', key: null },
    { type: 'ping', hidden: {}, last: 'x' },
    { type: 'click', key: [] },
  ],
];

/** In the place of a message on the channel. */
const oddAnnouncements: readonly unknown[] = [
  ...[
    null,
    0,
    'state',
    [],
    {},
    ownProto,
    { type: 'toString' },
    { type: 'state' },
    { type: 'state', snapshot: 5 },
  ],
  ...[
    { type: 'state', snapshot: null, receipt: {} },
    { type: 'state', snapshot: { key: '__proto__' } },
  ],
  ...[{ type: 'applied' }, { type: 'applied', receipt: 0.5, context: {} }, { type: 'following' }],
  ...[
    { type: 'following', key: '__proto__', context: 1 },
    { type: 'hand-over' },
    { type: 'hand-over', scope: {} },
  ],
  ...[{ type: 'roll-call', key: 1 }, { type: 'wanted' }, { type: 'wanted', key: '__proto__', index: {} }],
];

/** States of fetches that there are not, which want to be kept alive. */
function forgedStates(recordsAvailable: boolean): unknown[] {
  return ['x https://elsewhere.example/', 5, undefined, 'x', 'x http://['].map((registration, index) => ({
    type: 'state',
    snapshot: { key: `forged ${index}`, registration, recordsAvailable, paused: false },
  }));
}

function announce(messages: readonly unknown[]): void {
  const channel = new BroadcastChannel(channelName);
  for (const message of messages) channel.postMessage(message);
  channel.close();
}

function command(scope: TestScope, message: unknown): void {
  scope.registration.active?.postMessage({ [brand]: message });
}

/** What was posted before has been heard by the worker, and by this page. */
async function heard(scope: TestScope): Promise<void> {
  await scope.run(() => {});
}

function onlyHere(): void {
  unsupported(['native', 'node'], 'the messages are the polyfill’s own');
}

describe('An attack by forged messages', () => {
  const scope = useHeldScope();

  it('to the service worker changes nothing, whatever is in them', async () => {
    onlyHere();
    const file = newResource({ size: 100_000, stall: 50_000 });
    const registration = await start(scope(), file.url);
    await stalled(file);
    for (const message of oddCommands) command(scope(), message);
    scope().registration.active?.postMessage(JSON.parse(`{"__proto__":{"${brand}":{"type":"ping"}}}`));
    await heard(scope());
    await release(file);
    await settled(registration);
    assert.include(registration, { result: 'success', downloaded: 100_000 });
    const names = (await scope().events()).map(({ type }) => type);
    assert.notInclude(names, 'backgroundfetchclick');
  });

  it('on the channel changes nothing, whatever is in them, and leads nobody to another origin', async () => {
    onlyHere();
    const file = newResource({ size: 100_000, stall: 50_000 });
    const registration = await start(scope(), file.url);
    await stalled(file);
    announce([...oddAnnouncements, ...forgedStates(true)]);
    await heard(scope());
    // every page pings the workers of what wants to be kept alive
    dispatchEvent(new Event('online'));
    await release(file);
    await settled(registration);
    announce(forgedStates(false));
    assert.include(registration, { result: 'success', downloaded: 100_000 });
    assert.isUndefined(({} as { type?: unknown }).type);
  });

  it('about a background fetch changes neither its bytes nor its event', async () => {
    onlyHere();
    const own = await openScope();
    await own.handleEvent('backgroundfetchsuccess', async ({ registration }) => {
      const [record] = await registration.matchAll();
      return await testWorker.sha256((await record?.responseReady) as Response);
    });
    const file = newResource({ size: 100_000, attempts: 'stall:50000|ok' });
    const { id } = await start(own, file.url);
    await stalled(file);
    const row = await storedFetch(id);
    const snapshot = { ...row, uploaded: 0, downloaded: 1e9, result: 'failure', failureReason: 'bad-status' };
    announce([
      { type: 'state', snapshot: { ...snapshot, recordsAvailable: true, paused: false } },
      { type: 'following', key: row.key, context: 0.1 },
      { type: 'hand-over', scope: own.scope },
    ]);
    // its engine was told to let go: any page's next ping starts it again
    await serverSaw(file, ({ length }) => {
      command(own, { type: 'ping' });
      return length > 1;
    });
    const event = await eventOf(own, 'backgroundfetchsuccess', id);
    assert.include(event, { result: 'success', failureReason: '', downloaded: 100_000 });
    assert.equal(event.value, await sha256(contentOf(file)));
  });
});

describe('An attack from another scope', () => {
  const scope = useHeldScope();

  it('reaches nothing of ours through its own registration and its own worker', async () => {
    onlyHere();
    const other = await openScope();
    const file = newResource({ size: 100_000, stall: 50_000 });
    const registration = await start(scope(), file.url);
    await stalled(file);
    const { key } = await storedFetch(registration.id);
    command(other, { type: 'click', key });
    const found = await other.run(async (id) => {
      const manager = testWorker.registration.backgroundFetch;
      return [await manager.getIds(), await manager.get(id)];
    }, registration.id);
    assert.deepEqual(found, [[], undefined]);
    await release(file);
    await settled(registration);
    assert.equal(await sha256(await firstResponse(registration)), await sha256(contentOf(file)));
    assert.isEmpty(await other.events());
    const names = (await scope().events()).map(({ type }) => type);
    assert.notInclude(names, 'backgroundfetchclick');
  });
});
