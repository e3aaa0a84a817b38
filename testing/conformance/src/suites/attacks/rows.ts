import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import { eventOf, heldUrl, newResource, start } from '../behaviour/given.ts';
import { inStore, storedFetch } from './store.ts';

/** What may be wrong with the row of a background fetch, in the place of these members. */
const brokenFetches: Readonly<Record<string, object>> = {
  'without a registration': { registration: undefined },
  'of a registration at another origin': { registration: 'x https://elsewhere.example/' },
  'without a state': { state: undefined },
  'of an unknown state': { state: 'constructor' },
  'whose records are gone': {},
  'with texts of other types': { id: 5, title: {}, icons: null, order: 'first' },
};

/** What may be wrong with a record of one. */
const brokenRecords: Readonly<Record<string, object>> = {
  'whose neighbour is gone': { state: 'settled', result: 'success', responseData: null, uploaded: 0 },
  'with no more than its key': {},
  'with a response that is none': { state: 'transferring', responseData: 5, request: null },
  'with ranges that are none': {
    state: 'waiting',
    responseData: { body: 0, stored: 'all' },
    request: { url: 5 },
  },
};

describe('An attack by rows of the database', () => {
  it('that are broken keeps no other background fetch from being completed, nor a page from being opened', async () => {
    unsupported(['native', 'node'], 'the database is the polyfill’s');
    const scope = await openScope();
    const given = await start(scope, heldUrl());
    const row = await storedFetch(given.id);
    const keys: string[] = [];
    const put = async (change: object): Promise<string> => {
      const key = `broken ${keys.length}`;
      keys.push(key);
      await inStore('fetches', (store) =>
        store.put({ ...row, order: -keys.length, id: key, ...change, key }),
      );
      return key;
    };
    for (const change of Object.values(brokenFetches)) await put(change);
    for (const record of Object.values(brokenRecords)) {
      const fetch = await put({ recordCount: 2 });
      await inStore('records', (store) => store.put({ ...record, fetch, index: 0 }));
    }
    const file = newResource({ size: 100_000 });
    const { id } = await start(scope, file.url);
    const event = await eventOf(scope, 'backgroundfetchsuccess', id);
    assert.include(event, { downloaded: 100_000, matchCount: 1 });
    const frame = await openContext('frame');
    const ids = await frame.run(async (scopeUrl) => {
      dispatchEvent(new Event('online'));
      const registration = await navigator.serviceWorker.getRegistration(scopeUrl);
      return (await registration?.backgroundFetch.getIds()) ?? [];
    }, scope.scope);
    assert.include(ids, given.id);
    assert.isTrue(await given.abort());
    // none of them has come to an end that it did not have
    const ended = (await scope.events()).filter((one) => one.type === 'backgroundfetchsuccess');
    assert.deepEqual(
      ended.map((one) => one.id),
      [id],
    );
    for (const key of keys) {
      await inStore('fetches', (store) => store.delete(key));
      await inStore('records', (store) => store.delete([key, 0]));
    }
  });
});
