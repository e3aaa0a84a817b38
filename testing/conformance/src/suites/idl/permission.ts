import { assert } from 'chai';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';

async function queryBackgroundFetch() {
  const name = 'background-fetch' as PermissionName;
  // WebKit has no permissions in service workers.
  if (!navigator.permissions) return null;
  const status = await navigator.permissions.query({ name });
  return { state: status.state, onchange: status.onchange };
}

async function queryNonsense() {
  if (!navigator.permissions) return 'TypeError';
  const nonsense = navigator.permissions.query({ name: 'nonsense' as PermissionName });
  return await nonsense.then(
    () => 'resolved',
    (error) => error.name,
  );
}

describe('the permission "background-fetch"', () => {
  it('is answered in a window', async () => {
    unsupported(['node'], 'Node has no permissions of this kind');
    const status = (await queryBackgroundFetch()) ?? assert.fail('this browser has no permissions');
    assert.include(['granted', 'prompt', 'denied'], status.state);
    assert.isNull(status.onchange);
  });

  it('is answered in a service worker that has permissions', async () => {
    const scope = await openScope();
    const status = await scope.run(queryBackgroundFetch);
    if (status) assert.include(['granted', 'prompt', 'denied'], status.state);
  });

  it('leaves the other names to the browser', async () => {
    assert.equal(await queryNonsense(), 'TypeError');
    const scope = await openScope();
    assert.equal(await scope.run(queryNonsense), 'TypeError');
  });
});
