export { type IndexedDbStoreOptions, openIndexedDbStore } from './indexed-db-store.ts';
