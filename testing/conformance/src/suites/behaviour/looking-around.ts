import { assert } from 'chai';
import { databaseName } from '../../../../../packages/web/src/shared/names.ts';
import { openContext } from '../../support/contexts.ts';
import { uniqueKey } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope, reaches } from '../../support/scope.ts';
import type { TestScope } from '../../support/test-scope.ts';
import { newResource, release, stalled, start } from './given.ts';

/** ms for which a page is given to look around, of which no event tells */
const aLook = 1500;

/** Opens another page of the origin, and lets it look around. */
async function openPage(): Promise<void> {
  await openContext('frame');
  await new Promise((resolve) => setTimeout(resolve, aLook));
}

/** Asserts that a download of this scope goes on although another page looks around while it is under way. */
async function assertOutlivesALook(scope: TestScope): Promise<void> {
  const file = newResource({ size: 500_000, stall: 200_000 });
  const registration = await start(scope, file.url);
  await stalled(file);
  await openPage();
  assert.isTrue(registration.recordsAvailable, 'it was purged');
  await release(file);
  await scope.nextEvent('backgroundfetchsuccess');
}

/** Makes a scope's generation one of an earlier version, which did not tell when it began. */
function makeTimeless(scope: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('meta', 'readwrite');
      transaction.objectStore('meta').put('0.k3x9', [scope]);
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}

/** Unregisters as a kill switch does, in a page that is left at once. */
async function kill(scope: TestScope): Promise<void> {
  const frame = await openContext('frame');
  await frame.run((url) => {
    void navigator.serviceWorker.getRegistration(url).then((registration) => {
      void registration?.unregister();
      location.reload();
    });
  }, scope.scope);
  while ((await navigator.serviceWorker.getRegistration(scope.scope))?.scope === scope.scope)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('A page that looks for what is left', () => {
  before(() => unsupported(['node', 'native'], 'there is nobody who looks'));

  it('purges nothing of a registration of which an earlier version did not note when it began', async () => {
    const scope = await openScope();
    await scope.backgroundFetch.getIds();
    await makeTimeless(scope.scope);
    await assertOutlivesALook(scope);
  });

  it('leaves nothing in localStorage of a registration that had no fetches', async () => {
    const scope = await openScope();
    await kill(scope);
    await openPage();
    assert.deepEqual(
      Object.keys(localStorage).filter((name) => name.includes(scope.scope)),
      [],
    );
  });

  it('purges nothing of the registration that comes after, though its first worker lacked the import', async () => {
    const name = uniqueKey('again');
    await kill(await openScope({ name }));
    const scope = await openScope({ name, worker: 'forgetful' });
    await openPage();
    await reaches(await scope.installNextWorker({ worker: 'module' }), 'activated');
    await assertOutlivesALook(scope);
  });
});
