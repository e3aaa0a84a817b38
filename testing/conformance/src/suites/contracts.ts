import { webContracts } from '../../../contracts/src/browser.ts';
import { expectedBytes } from '../support/fetched.ts';
import { host, unsupported } from '../support/host.ts';
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
