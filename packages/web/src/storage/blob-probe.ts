import { isQuotaError, toStoreError } from './errors.ts';
import type { Database } from './schema.ts';

/**
 * Whether this database takes Blobs. Ephemeral sessions of WebKit and private modes of older Safari don't: the put
 * fails. The probe stays stored as the proof, so that it is written only once.
 */
export async function probeBlobs(database: Database): Promise<boolean> {
  if ((await database.get('meta', 'probe')) instanceof Blob) return true;
  try {
    await database.put('meta', new Blob(['.']), 'probe');
    return true;
  } catch (error) {
    // Without space nothing is learnt; with a connection that was closed neither.
    if (isQuotaError(toStoreError(error)) || (error as Error).name === 'InvalidStateError') throw error;
    return false;
  }
}
