import { assert } from 'chai';
import { openContext } from '../../support/contexts.ts';
import { unsupported } from '../../support/host.ts';
import { openScope, reaches } from '../../support/scope.ts';
import type { TestScope } from '../../support/test-scope.ts';
import {
  finish,
  heldUrl,
  newResource,
  type Resource,
  release,
  released,
  serverSaw,
  stalled,
  start,
} from './given.ts';

const noPages = 'there are no pages in Node';
const noStore = 'the store of the browser’s own is not IndexedDB';

/** A scope with a download that is under way until the server lets it go. */
async function openDownloading(): Promise<{
  readonly scope: TestScope;
  readonly file: Resource;
  readonly registration: BackgroundFetchRegistration;
}> {
  const scope = await openScope();
  const file = newResource({ size: 500_000, stall: 200_000 });
  const registration = await start(scope, file.url);
  await stalled(file);
  return { scope, file, registration };
}

/** Resolves when nothing is registered for a scope any more. */
async function unregistered(scope: string): Promise<void> {
  while ((await navigator.serviceWorker.getRegistration(scope))?.scope === scope)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Unregisters in a page that does not live to hear of it. */
function unregisterAndLeave(scope: string, how: 'reload' | 'navigate' | 'stay' | 'while it is left'): void {
  void navigator.serviceWorker.getRegistration(scope).then((registration) => {
    if (how === 'while it is left') {
      addEventListener('pagehide', () => void registration?.unregister());
      return location.reload();
    }
    void registration?.unregister();
    if (how === 'reload') location.reload();
    if (how === 'navigate') location.replace('about:blank');
  });
}

describe('unregister() that nobody waits for', () => {
  before(() => unsupported(['node'], noPages));

  for (const state of ['idle', 'that downloads'] as const) {
    for (const how of ['reload', 'navigate'] as const) {
      it(`unregisters a worker ${state} although its page goes on to ${how}`, async () => {
        const { scope } = state === 'idle' ? { scope: await openScope() } : await openDownloading();
        const frame = await openContext('frame');
        await frame.run(unregisterAndLeave, scope.scope, how);
        await unregistered(scope.scope);
      });
    }
  }

  it('unregisters where a page calls it while it is being left', async () => {
    const { scope } = await openDownloading();
    const frame = await openContext('frame');
    await frame.run(unregisterAndLeave, scope.scope, 'while it is left');
    await unregistered(scope.scope);
  });

  it('unregisters although the page has installed the polyfill a second time, with options', async () => {
    unsupported(['native'], 'nothing is installed');
    const { scope } = await openDownloading();
    const frame = await openContext('frame');
    await frame.run(async (entry) => {
      const { install } = await import(entry);
      install({ native: 'replace' });
    }, '/conformance/polyfill/index.js');
    await frame.run(unregisterAndLeave, scope.scope, 'reload');
    await unregistered(scope.scope);
  });

  it('leaves nothing that a page which comes later does not see to', async () => {
    unsupported(['native'], 'the browser’s own fetches outlive their registration');
    const { scope, file, registration } = await openDownloading();
    const frame = await openContext('frame');
    await frame.run(unregisterAndLeave, scope.scope, 'reload');
    await unregistered(scope.scope);
    await openContext('frame');
    await released(registration);
    const [request] = await serverSaw(file, ([first]) => first?.finished != null);
    assert.equal(request?.finished, 'aborted-by-client');
  });

  it('of its own worker, that downloads, is over at once', async () => {
    const { scope } = await openDownloading();
    await scope.run(() => {
      const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
      void registration.unregister();
    });
    await unregistered(scope.scope);
  });
});

/** Makes IndexedDB say nothing any more. */
function silence(): void {
  IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
  IDBDatabase.prototype.transaction = () => {
    const request = (): EventTarget => new EventTarget();
    const store = new Proxy({}, { get: () => request });
    return { objectStore: () => store, abort() {} } as unknown as IDBTransaction;
  };
}

/** What calls of the API reject with in a page whose IndexedDB is silent. */
async function callInSilence(scope: string, url: string, quiet: string): Promise<string[]> {
  new Function(`(${quiet})()`)();
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const bgFetch = registration?.backgroundFetch;
  const calls = [bgFetch?.getIds(), bgFetch?.get('any'), bgFetch?.fetch('any', url)];
  const results = await Promise.allSettled(calls);
  return results.map((result) => (result.status === 'rejected' ? `${result.reason}` : 'resolved'));
}

describe('An IndexedDB that never answers', () => {
  before(() => unsupported(['node', 'native'], noStore));

  it('makes calls reject with what happened', async () => {
    const scope = await openScope();
    const frame = await openContext('frame');
    const results = await frame.run(callInSilence, scope.scope, newResource().url, silence.toString());
    for (const result of results) assert.include(result, 'IndexedDB has not answered');
  });

  it('keeps no worker of the app from being installed, activated and unregistered', async () => {
    const scope = await openScope({ worker: 'silent' });
    await scope.run(() => {
      const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
      void registration.unregister();
    });
    await unregistered(scope.scope);
  });

  it('keeps no page from unregistering', async () => {
    const scope = await openScope();
    const frame = await openContext('frame');
    await frame.run((quiet) => void new Function(`(${quiet})()`)(), silence.toString());
    await frame.run(unregisterAndLeave, scope.scope, 'stay');
    await unregistered(scope.scope);
  });
});

/** Calls something of the API in a page, and leaves it in the same task. */
function callAndLeave(scope: string, body: string, url: string): void {
  void navigator.serviceWorker.getRegistration(scope).then(async (registration) => {
    const given = await registration?.backgroundFetch.get('given');
    void new Function('registration', 'given', 'url', body)(registration, given, url);
    location.replace('about:blank');
  });
}

describe('A page that is left while it writes', () => {
  before(() => unsupported(['node'], noPages));

  const writers: Readonly<Record<string, string>> = {
    'starts a fetch': 'registration.backgroundFetch.fetch(crypto.randomUUID(), url)',
    'starts many':
      'for (let i = 0; i < 20; i++) registration.backgroundFetch.fetch(crypto.randomUUID(), url)',
    aborts: 'given?.abort()',
    unregisters: 'registration?.unregister()',
    reads: 'for (let i = 0; i < 20; i++) { given?.matchAll(); registration?.backgroundFetch.getIds() }',
  };
  for (const [name, body] of Object.entries(writers)) {
    it(`and ${name} holds up no other context`, async () => {
      for (let round = 0; round < 3; round++) {
        const scope = await openScope();
        await scope.backgroundFetch.fetch('given', heldUrl());
        const frame = await openContext('frame');
        await frame.run(callAndLeave, scope.scope, body, newResource().url);
      }
      await finish(await openScope(), newResource().url);
    });
  }
});

/** A request of a page that the worker has to hand on before it is answered. */
async function loads(scope: TestScope): Promise<void> {
  const frame = document.createElement('iframe');
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  frame.src = scope.url('page');
  document.body.append(frame);
  await loaded;
  frame.remove();
}

describe('A new version of the worker', () => {
  before(() => unsupported(['node'], noPages));

  it('that waits takes over although a download runs, where no page is left', async () => {
    const { scope } = await openDownloading();
    const next = await scope.installNextWorker({ worker: 'module' });
    await reaches(next, 'activated');
  });

  it('without the polyfill that skips waiting takes over from one that downloads', async () => {
    const { scope } = await openDownloading();
    const next = await scope.installNextWorker({ worker: 'leaving' });
    await reaches(next, 'activated');
  });

  it('keeps no page waiting, and goes on with what was under way', async () => {
    const { scope, file } = await openDownloading();
    const next = await scope.installNextWorker({ worker: 'module' });
    await reaches(next, 'activated');
    await loads(scope);
    await release(file);
    await scope.nextEvent('backgroundfetchsuccess');
  });
});

describe('A worker that imports the polyfill twice', () => {
  before(() => unsupported(['node', 'native'], 'nothing is imported'));

  it('fetches, and gets one event', async () => {
    const scope = await openScope({ worker: 'doubled' });
    // either copy would go on with this
    await loads(scope);
    await finish(scope, newResource().url);
    await scope.nextEvent('backgroundfetchsuccess');
    assert.lengthOf(await scope.events(), 1);
  });
});
