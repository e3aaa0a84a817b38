import { assert } from 'chai';
import { uniqueKey } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { finish, firstRecord, heldUrl, logOf, newResource, start, useHeldScope } from '../behaviour/given.ts';

describe('An attack by texts', () => {
  const scope = useHeldScope();

  it('is no id of 1 MiB', async () => {
    unsupported(['native'], 'the browser has limits of its own');
    const id = uniqueKey('long').padEnd(2 ** 20, '\ud800x');
    const registration = await scope().backgroundFetch.fetch(id, heldUrl());
    assert.isTrue(registration.id === id);
    assert.isTrue((await scope().backgroundFetch.getIds()).includes(id));
    assert.equal(await scope().backgroundFetch.get(id), registration);
    assert.isTrue(await registration.abort());
  });

  it('is no title or icon: nothing of them is run or asked for', async () => {
    unsupported(['native'], 'the browser shows them, and loads icons');
    const picture = newResource({ type: 'image/png' });
    const registration = await finish(scope(), newResource().url, {
      title: '<img src=x onerror="globalThis.attacked=1">\u202e\0\u001b]0;x\u0007',
      icons: [
        { src: 'javascript:globalThis.attacked=1' },
        { src: 'data:text/html,<script>opener.attacked=1</script>' },
        { src: picture.url, sizes: '__proto__', type: 'text/html' },
      ],
    });
    assert.equal(registration.result, 'success');
    assert.notProperty(globalThis, 'attacked');
    assert.isEmpty(await logOf(picture));
  });

  it('is no name of a prototype: it is a value like others', async () => {
    const headers = new Headers([
      ['__proto__', 'polluted'],
      ['constructor', 'polluted'],
    ]);
    const registration = await finish(scope(), new Request(newResource().url, { headers }), {
      title: '__proto__',
    });
    assert.equal(registration.result, 'success');
    const { request } = await firstRecord(registration);
    assert.equal(request.headers.get('__proto__'), 'polluted');
    assert.equal(request.headers.get('constructor'), 'polluted');
    assert.notProperty({}, 'polluted');
  });

  it('is no URL of another scheme: it is refused', async () => {
    const refused = ['javascript:globalThis.attacked=1', 'data:text/plain,x', 'file:///etc/passwd', 'blob:x'];
    for (const url of refused) {
      const error = await start(scope(), url).then(
        () => null,
        (reason) => reason,
      );
      assert.instanceOf(error, TypeError, url);
    }
    assert.notProperty(globalThis, 'attacked');
  });
});
