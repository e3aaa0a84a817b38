import type { BodyKey, RegistrationKey, Store } from '@background-fetch/core';

/** A whole response body, for somebody who keeps it as a file. */
export type LentBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'file';
      /** of a file that the store never writes to again */
      readonly path: string;
      /** Whether it has another name outside of the store already, which somebody may write to: it is copied then. */
      readonly elsewhere: boolean;
      /** A free path on the same file system: what a death leaves there, the store removes. */
      readonly secondName: string;
    };

/**
 * A store that an engine can have: durable storage as the core needs it (`Store`), and what a host may do beyond that. It
 * belongs to one engine at a time, from `openBackgroundFetch()` to `close()`.
 */
export interface EngineStore extends Store {
  /** What errors call it; "the store" by default. */
  readonly name?: string;
  /**
   * Gives up, in rows, what was lost of the bodies of active fetches: called once, before the engine performs any of them.
   * Absent where nothing but the store itself can change its bytes.
   */
  mend?(registration: RegistrationKey): Promise<void>;
  /**
   * Gives away the `length` bytes of a settled body; null if they are not stored any more. Absent: `saveRecord()` reads them
   * by `readBytes()`.
   */
  lendBody?(body: BodyKey, length: number): Promise<LentBody | null>;
  /** Resolves when everything is at rest; called once, when the engine is closed. */
  close?(): Promise<void>;
}
