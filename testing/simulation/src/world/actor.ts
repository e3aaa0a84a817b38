import type { Realm, RegistrationKey } from '@background-fetch/core';

/** Who did something, as observers know a page or a worker. */
export interface Actor {
  readonly name: string;
  readonly registration: RegistrationKey;
  readonly realm: Realm;
  readonly alive: boolean;
  /** Whether nothing of it runs for now. */
  readonly frozen: boolean;
  /** Whether its engine was asked to let go. */
  readonly retiring: boolean;
}
