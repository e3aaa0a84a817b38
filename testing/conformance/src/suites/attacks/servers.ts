import { assert } from 'chai';
import { settled } from '../../support/fetched.ts';
import { host } from '../../support/host.ts';
import {
  assertFails,
  finish,
  firstResponse,
  logOf,
  newResource,
  start,
  useHeldScope,
} from '../behaviour/given.ts';

describe('An attack by a server', () => {
  const scope = useHeldScope();

  it('gets no Authorization by redirecting to another origin', async () => {
    const file = newResource({ redirect: 'cross', cors: 'exposed', preflight: 'ok' });
    const request = new Request(file.url, { headers: { authorization: 'Bearer S3CRET' } });
    const registration = await finish(scope(), request);
    assert.equal(registration.result, 'success');
    const log = await logOf(file);
    const elsewhere = log.filter(({ headers }) => headers.host === new URL(host.crossOrigin).host);
    assert.equal(log[0]?.headers.authorization, 'Bearer S3CRET');
    assert.isNotEmpty(elsewhere);
    for (const { headers } of elsewhere) assert.notProperty(headers, 'authorization');
  });

  it('tells a page nothing by a redirect that is not followed', async () => {
    const file = newResource({ redirect: 'cross', cors: 'exposed' });
    const registration = await assertFails(
      scope(),
      new Request(file.url, { redirect: 'manual' }),
      'bad-status',
    );
    const response = await firstResponse(registration);
    assert.isEmpty([...response.headers]);
    assert.include(response, { status: 0, statusText: '', type: 'opaqueredirect', body: null });
    assert.notInclude(response.url, new URL(host.crossOrigin).host);
    assert.equal(registration.downloaded, 0);
  });

  it('can’t unfold a coded body beyond downloadTotal', async () => {
    const file = newResource({ size: 3_000_000, encoding: 'gzip' });
    const registration = await settled(await start(scope(), file.url, { downloadTotal: 50_000 }));
    assert.include(registration, { result: 'failure', failureReason: 'download-total-exceeded' });
    assert.isAtMost(registration.downloaded, 50_000);
  });
});
