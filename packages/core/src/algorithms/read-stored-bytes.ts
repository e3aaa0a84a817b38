import type { BodyKey } from '../model/record.ts';
import { StoreError } from '../model/schema.ts';
import type { ClientStore } from '../ports.ts';

type Readable = Pick<ClientStore, 'readBytes'>;

/**
 * Reads some of the stored bytes from `start` on, none beyond `end`; null if that byte is not stored. An app may
 * bring the store: one that answers with nothing would end a body early, and with too much make it longer than it is.
 * @throws StoreError for a store that gives no byte, or more than were asked for
 */
export async function readSomeBytes(
  store: Readable,
  key: BodyKey,
  start: number,
  end: number,
): Promise<Uint8Array | null> {
  const bytes = await store.readBytes(key, start, end);
  if (bytes === null) return null;
  const { byteLength } = bytes;
  if (byteLength > 0 && byteLength <= end - start) return bytes;
  throw new StoreError(
    `The store was asked for bytes ${start} to ${end} of a body, and readBytes() resolved with ${byteLength}: at least ` +
      `one, at most ${end - start} were to come, or null`,
  );
}

/**
 * The stored bytes from `start` up to `end`, in parts.
 * @param missing what is thrown where a byte is not stored
 */
export async function* readStoredBytes(
  store: Readable,
  key: BodyKey,
  start: number,
  end: number,
  missing = (position: number): Error =>
    new Error(`Bytes from ${position} on of ${end} are missing from the store`),
): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; ) {
    const part = await readSomeBytes(store, key, position, end);
    if (!part) throw missing(position);
    yield part;
    position += part.byteLength;
  }
}
