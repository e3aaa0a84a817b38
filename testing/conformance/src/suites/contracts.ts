import { webContracts } from '../../../contracts/src/browser.ts';
import { collectTests } from '../../../contracts/src/framework.ts';
import { serviceWorkerContracts } from '../../../contracts/src/service-worker.ts';
import { expectedBytes } from '../support/fetched.ts';
import { host, unsupported } from '../support/host.ts';
import { reaches } from '../support/scope.ts';
import { type Described, deserialiseError } from '../worker/answer-calls.ts';
import type { ContractCall } from '../worker/contracts.ts';
import { newResource } from './behaviour/given.ts';

// The contracts know nothing of the API: their tests see the adapters alone.
describe('the adapters', () => {
  if (!host.native && host.engine !== 'node') {
    webContracts({
      async serve({ size = 0, unreachable, ...given }) {
        const { status, cutAfter: cut, stalledAfter: stall, redirects: redirect } = given;
        const faults = Object.entries({ size, status, cut, stall, redirect });
        const known = faults.filter((fault): fault is [string, number] => fault[1] !== undefined);
        // nobody listens on port 9
        return newResource(Object.fromEntries(known), unreachable ? 'http://127.0.0.1:9' : location.origin)
          .url;
      },
      content: (url, from, to) => expectedBytes(new URL(url).pathname.split('/').at(-1) ?? '', 1, from, to),
    });
  } else it('keep their contracts', () => unsupported(['native', 'node'], 'they are parts of the polyfill'));
});

describe('the adapters in a service worker', () => {
  if (host.native || host.engine === 'node') {
    it('keep their contracts', () => unsupported(['native', 'node'], 'they are parts of the polyfill'));
    return;
  }
  let registration: ServiceWorkerRegistration;
  before(async () => {
    registration = await navigator.serviceWorker.register('/conformance/worker-contracts.js', {
      scope: '/conformance/scopes/contracts/',
    });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    if (worker) await reaches(worker, 'activated');
  });
  after(() => registration.unregister());

  for (const title of collectTests(serviceWorkerContracts).keys()) {
    it(title, async () => {
      const { port1, port2 } = new MessageChannel();
      const outcome = new Promise<Described | null>((resolve) => {
        port1.onmessage = ({ data }) => resolve(data as Described | null);
      });
      registration.active?.postMessage({ title, port: port2 } satisfies ContractCall, [port2]);
      const error = await outcome;
      if (error) throw deserialiseError(error);
    });
  }
});
