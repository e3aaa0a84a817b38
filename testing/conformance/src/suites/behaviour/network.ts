import { assert } from 'chai';
import { control, resource, uniqueKey } from '../../support/fetched.ts';
import { host, unsupported } from '../../support/host.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import type { TestWorker } from '../../worker/test-worker.ts';
import { logOf, newResource, type Resource, serverSaw, useScope } from './given.ts';

type Asked = Parameters<NonNullable<TestWorker['network']>['probe']>[0];

/** What the engine would give its network for this URL; without what can't be sent to another context. */
function ask(url: string, differing: Partial<Asked['request']> = {}): Omit<Asked, 'signal'> {
  return {
    id: 'id',
    body: null,
    headers: {},
    fresh: false,
    retries: { unanswered: 0, fruitless: 0, furthest: 0, answered: false },
    request: {
      url,
      method: 'GET',
      headers: [],
      mode: 'cors',
      credentials: 'same-origin',
      cache: 'default',
      redirect: 'follow',
      referrer: '',
      referrerPolicy: '',
      integrity: '',
      hasBody: false,
      ...differing,
    },
  };
}

/** Fetches in the service worker and, unless that gets a response, asks who answers there. */
async function probeThere(asked: Omit<Asked, 'signal'>): Promise<string> {
  const { network } = testWorker;
  if (!network) throw new Error('This worker has no network of its own');
  const { signal } = new AbortController();
  try {
    await network.fetch({ ...asked, signal });
    return 'a response';
  } catch (error) {
    return await network.probe({ ...asked, signal }, signal, error);
  }
}

/** Asks in the service worker while a response is still waited for. */
async function probeWaitingThere(asked: Omit<Asked, 'signal'>): Promise<string | undefined> {
  const { signal } = new AbortController();
  return await testWorker.network?.probe({ ...asked, signal }, signal);
}

async function abortedProbeThere(asked: Omit<Asked, 'signal'>, before: boolean): Promise<string | undefined> {
  const controller = new AbortController();
  if (before) controller.abort();
  const { signal } = controller;
  const probing = testWorker.network?.probe({ ...asked, signal: new AbortController().signal }, signal);
  controller.abort();
  return await probing;
}

/** Receives these bytes of a body in the service worker, or none, and gives up the rest. */
async function cancelThere(asked: Omit<Asked, 'signal'>, by: 'reader' | 'body', size: number): Promise<void> {
  const { signal } = new AbortController();
  const response = await testWorker.network?.fetch({ ...asked, signal });
  if (by === 'body') return await response?.body?.cancel();
  const reader = response?.body?.getReader();
  for (let missing = size; missing > 0; ) missing -= (await reader?.read())?.value?.byteLength ?? missing;
  await reader?.cancel();
}

async function receiveThere(asked: Omit<Asked, 'signal'>): Promise<boolean | undefined> {
  const { signal } = new AbortController();
  const response = await testWorker.network?.fetch({ ...asked, signal });
  await response?.takeWhole?.();
  return response?.multiplexed;
}

describe("the network of a service worker's engine", () => {
  if (host.native || host.engine === 'node') {
    it('knows who answers', () => unsupported(['native', 'node'], 'it is a part of the polyfill'));
    return;
  }
  const scope = useScope();
  const probed = (asked: Omit<Asked, 'signal'>, where: TestScope = scope()): Promise<string> =>
    where.run(probeThere, asked);

  it('knows that a server answers where CORS hides the response', async () => {
    const hidden = newResource({ cors: 'none' }, host.crossOrigin);
    assert.equal(await probed(ask(hidden.url)), 'answers');
    assert.equal(await probed(ask(hidden.url, { credentials: 'include' })), 'answers');
  });

  it('knows it whatever the status is', async () => {
    for (const status of [401, 404, 500, 503]) {
      const refused = newResource({ cors: 'none', status }, host.crossOrigin);
      assert.equal(await probed(ask(refused.url)), 'answers', `${status}`);
    }
  });

  it('knows that a server answers which resets the connection for one resource', async () => {
    assert.equal(await probed(ask(newResource({ drop: 'reset' }).url)), 'answers');
    assert.equal(await probed(ask(newResource({ drop: 'fin' }, host.crossOrigin).url)), 'answers');
  });

  it('knows that a server is there, and no refusal, where a redirect leads to nothing', async () => {
    const moved = newResource({ redirect: 'loop', cors: 'simple' }, host.crossOrigin);
    assert.equal(await probed(ask(moved.url)), 'falters');
  });

  it('knows that nobody answers where nobody listens', async () => {
    assert.equal(await probed(ask(`${host.closedOrigin}/`)), 'silent');
    assert.equal(await probed(ask(`${host.closedOrigin}/`, { credentials: 'include' })), 'silent');
  });

  it('does not take it for silence that one resource is never answered, not even for HEAD', async () => {
    const held = newResource({ hold: 1 });
    assert.equal(await scope().run(probeWaitingThere, ask(held.url)), 'answers');
  });

  it('changes nothing by asking: no other method than HEAD and GET, no body, no range', async () => {
    const hidden = newResource({ cors: 'none' }, host.crossOrigin);
    const own = [['range', 'bytes=0-9']] as const;
    await scope().run(probeWaitingThere, ask(hidden.url, { method: 'POST', hasBody: true, headers: own }));
    for (const { method, headers } of await logOf(hidden)) {
      assert.equal(method, 'HEAD');
      assert.notProperty(headers, 'range');
    }
  });

  it('is silent as soon as it is told to end', async () => {
    const held = newResource({ hold: 1 });
    assert.equal(await scope().run(abortedProbeThere, ask(held.url), false), 'silent');
    const never = newResource();
    assert.equal(await scope().run(abortedProbeThere, ask(never.url), true), 'silent');
    assert.isEmpty(await logOf(never));
  });

  for (const credentials of ['omit', 'include'] as const) {
    it(`waits for a connection that pages use up with credentials "${credentials}"`, async () => {
      const key = uniqueKey('held');
      const page = [1, 2, 3, 4, 5, 6].map((note) =>
        fetch(resource(key, { size: 9, hold: 1, note }), { credentials }),
      );
      await serverSaw({ key }, (log) => log.filter(({ waiting }) => waiting).length === 6);
      const order: unknown[] = [];
      const probing = scope()
        .run(probeWaitingThere, ask(newResource().url, { credentials }))
        .then((found) => order.push(found));
      // one that did not wait would be here before these
      for (const other of [1, 2, 3]) {
        const elsewhere = newResource({ cors: 'none', note: other }, host.crossOrigin);
        await scope().run(probeWaitingThere, ask(elsewhere.url));
      }
      order.push('a connection is free');
      await control(key, { release: true });
      await Promise.all([...page, probing]);
      assert.deepEqual(order, ['a connection is free', 'answers']);
    });
  }

  for (const by of ['reader', 'body'] as const) {
    it(`frees the connection of a body that is cancelled by its ${by}, though nothing more comes`, async () => {
      const stalled = newResource({ size: 300_000, stall: 100_000 });
      await scope().run(cancelThere, ask(stalled.url), by, 100_000);
      await serverSaw(stalled, ([request]) => request?.finished === 'aborted-by-client');
    });
  }

  it('knows that no requests share a connection over HTTP/1.1', async () => {
    assert.isFalse(await scope().run(receiveThere, ask(newResource().url)));
  });

  describe('under a Content Security Policy of the worker', () => {
    const bound = async (policy: string): Promise<TestScope> => await openScope({ policy });
    const assertNothingSent = async (file: Resource): Promise<void> => assert.isEmpty(await logOf(file));

    it('takes a request that the policy forbids for a refusal, and asks nobody', async () => {
      const worker = await bound("connect-src 'self'");
      const forbidden = newResource({ cors: 'simple' }, host.crossOrigin);
      assert.equal(await probed(ask(forbidden.url), worker), 'answers');
      await assertNothingSent(forbidden);
      assert.equal(await probed(ask(`${host.closedOrigin}/#part`), worker), 'answers');
    });

    it('finds out about other URLs as ever', async () => {
      const worker = await bound(`connect-src 'self' ${host.closedOrigin}`);
      assert.equal(await probed(ask(`${host.closedOrigin}/`), worker), 'silent');
      assert.equal(await probed(ask(newResource({ drop: 'reset' }).url), worker), 'answers');
    });

    it('finds out about a path that is all that the policy allows of its origin', async () => {
      const worker = await bound(`connect-src 'self' ${host.crossOrigin}/r/ ${host.closedOrigin}/r/`);
      const hidden = newResource({ cors: 'none' }, host.crossOrigin);
      assert.equal(await probed(ask(hidden.url), worker), 'answers');
      assert.equal(await probed(ask(`${host.closedOrigin}/r/file`), worker), 'silent');
    });
  });
});
