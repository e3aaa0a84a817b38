import { indexedDbStoreContracts } from '../../../contracts/src/browser.ts';
import { host, unsupported } from '../support/host.ts';

// The store's contract knows nothing of the API: its tests see the adapter alone.
describe('the IndexedDB store', () => {
  if (!host.native && host.engine !== 'node') indexedDbStoreContracts();
  else it('keeps its contract', () => unsupported(['native', 'node'], 'it is a part of the polyfill'));
});
