import { indexedDbStoreContracts } from '../../../contracts/src/browser.ts';

// The store's contract knows nothing of the API: its tests see the adapter alone.
describe('the IndexedDB store', () => indexedDbStoreContracts());
