import { indexedDbStoreContracts } from '../../../contracts/src/browser.ts';
import { host, unsupported } from '../support/host.ts';

// The store's contract knows nothing of the API: its tests see the adapter alone.
describe('the IndexedDB store', () => {
  if (!host.native) indexedDbStoreContracts();
  else it('keeps its contract', () => unsupported(['native'], 'it is a part of the polyfill'));
});
