export { openIndexedDbStore } from './indexed-db-store.ts';
export { mendBodies } from './mend.ts';
