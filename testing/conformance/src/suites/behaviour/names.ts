import { assert } from 'chai';
import { channelName, formerDatabaseName } from '../../../../../packages/web/src/shared/names.ts';
import { openDatabase } from '../../../../../packages/web/src/storage/schema.ts';
import { openContext } from '../../support/contexts.ts';
import { uniqueKey } from '../../support/fetched.ts';
import { host, unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import { finish, newResource, rejectionOf, useHeldScope } from './given.ts';

/** Opens a database as an app does, with an object store `app`; resolves with it, and whether it was made just now. */
function openOwn(name: string, version?: number): Promise<{ database: IDBDatabase; isNew: boolean }> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    let isNew = false;
    opening.onupgradeneeded = () => {
      isNew = true;
      opening.result.createObjectStore('app');
    };
    opening.onsuccess = () => resolve({ database: opening.result, isNew });
    opening.onerror = () => reject(opening.error);
  });
}

function remove(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const deletion = indexedDB.deleteDatabase(name);
    deletion.onsuccess = () => resolve();
    deletion.onerror = () => reject(deletion.error);
  });
}

const ignore = (): void => {};

describe('A name that an app uses, too', () => {
  if (host.native || host.engine === 'node') {
    it('is not taken', () => unsupported(['native', 'node'], 'only scripts of one origin share names'));
    return;
  }
  const scope = useHeldScope();

  it('is not that of the database: an app has one that is called background-fetch', async () => {
    await finish(scope(), newResource().url);
    const { database, isNew } = await openOwn('background-fetch', 3);
    assert.isTrue(isNew);
    const frame = await openContext('frame');
    const ids = await frame.run(async (url) => {
      const registration = await navigator.serviceWorker.getRegistration(url);
      return await registration?.backgroundFetch.getIds();
    }, scope().scope);
    assert.isArray(ids);
    assert.equal((await finish(scope(), newResource().url)).result, 'success');
    assert.deepEqual([...database.objectStoreNames], ['app']);
    database.close();
    await remove('background-fetch');
  });

  it('is not that of the channel: on background-fetch nothing is told', async () => {
    const heard: unknown[] = [];
    const channel = new BroadcastChannel('background-fetch');
    channel.onmessage = ({ data }) => heard.push(data);
    await finish(scope(), newResource().url);
    await scope().run(() => {});
    channel.close();
    assert.isEmpty(heard);
  });

  it('is kept by a database of an earlier version of this package, with what is in it', async () => {
    const [name, former] = [uniqueKey('own'), uniqueKey('former')];
    const earlier = await openDatabase(former, ignore);
    earlier.transaction('meta', 'readwrite').objectStore('meta').put('kept', 'key');
    earlier.close();
    for (let context = 0; context < 2; context++) {
      const database = await openDatabase(name, ignore, former);
      assert.equal(database.name, former);
      database.close();
    }
    await remove(former);
  });

  it('is left alone where it is that of an app’s database, of whatever version', async () => {
    for (const version of [1, 7]) {
      const [name, former] = [uniqueKey('own'), uniqueKey('former')];
      (await openOwn(former, version)).database.close();
      const database = await openDatabase(name, ignore, former);
      assert.equal(database.name, name);
      database.close();
      const { database: theirs, isNew } = await openOwn(former);
      assert.deepEqual([isNew, theirs.version, ...theirs.objectStoreNames], [false, version, 'app']);
      theirs.close();
      await Promise.all([name, former].map(remove));
    }
  });

  it('is left free where nobody uses it', async () => {
    const [name, former] = [uniqueKey('own'), uniqueKey('former')];
    const opened = await Promise.all([1, 2, 3].map(() => openDatabase(name, ignore, former)));
    for (const database of opened) {
      assert.equal(database.name, name);
      database.close();
    }
    const { database, isNew } = await openOwn(former);
    assert.isTrue(isNew);
    database.close();
    await Promise.all([name, former].map(remove));
  });

  it('is named, with what to do, where somebody else has a database of our own name', async () => {
    const name = uniqueKey('own');
    (await openOwn(name)).database.close();
    const error = await rejectionOf(openDatabase(name, ignore));
    assert.equal(error.name, 'StoreError');
    for (const part of [name, 'another name', 'delete it']) assert.include(error.message, part);
    await remove(name);
  });

  it('is no key of a message that is hidden from the app', async () => {
    const own = await openScope();
    await own.run(() => {
      addEventListener('message', ({ data }) => {
        if ('background-fetch' in data) Object.assign(globalThis, { mine: data['background-fetch'] });
      });
    });
    own.registration.active?.postMessage({ [formerDatabaseName]: { type: 'start' } });
    assert.deepEqual(await own.run(() => (globalThis as { mine?: unknown }).mine), { type: 'start' });
  });
});

describe('What contexts tell each other', () => {
  it('is small, however large title and icons are', async () => {
    unsupported(['native', 'node'], 'it is a part of the polyfill');
    const scope = await openScope();
    const sizes: number[] = [];
    const channel = new BroadcastChannel(channelName);
    channel.onmessage = ({ data }) => sizes.push(JSON.stringify(data).length);
    await finish(scope, newResource().url, {
      title: 'x'.repeat(2 ** 20),
      icons: [{ src: `data:image/png;base64,${'A'.repeat(2 ** 20)}` }],
    });
    await scope.run(() => {});
    channel.close();
    assert.isNotEmpty(sizes);
    assert.isBelow(Math.max(...sizes), 1000);
  });
});

describe('A listener that stands before the import', () => {
  it('is warned of once', async () => {
    unsupported(['native', 'node'], 'there are no messages that could be hidden');
    const scope = await openScope({ worker: 'overtaken' });
    await finish(scope, newResource().url);
    await finish(scope, newResource().url);
    const warnings = (await scope.run(() => testWorker.warnings)).filter((text) => /listener/.test(text));
    assert.lengthOf(warnings, 1);
    assert.include(warnings[0], 'Let the worker begin');
  });

  it('is not warned of where there is none', async () => {
    unsupported(['native', 'node'], 'there are no messages that could be hidden');
    const scope = await openScope();
    await finish(scope, newResource().url);
    assert.isEmpty(await scope.run(() => testWorker.warnings));
  });
});
