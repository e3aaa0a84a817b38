/** The key under which our messages to a service worker lie, so that no message of the app is taken for one. */
const brand = 'background-fetch';

/** A message from a page to a service worker. */
export type WorkerMessage =
  /** Start or go on; `last` says that this page goes away, and no further ping may follow for long. */
  | { readonly type: 'ping'; readonly hidden: boolean; readonly last: boolean }
  /** Answered through the port that comes with it. */
  | { readonly type: 'hello' }
  | { readonly type: 'click'; readonly key: string; readonly order: number };

const types: readonly unknown[] = ['ping', 'hello', 'click'] satisfies WorkerMessage['type'][];

/** The answer of a service worker that runs an engine. */
export interface HelloAnswer {
  readonly integrity: boolean;
}

/** Makes the data of a message to a service worker. */
export function wrapMessage(message: WorkerMessage): unknown {
  return { [brand]: message };
}

/** Our message in the data of a message event, null if it is the app's. */
export function unwrapMessage(data: unknown): WorkerMessage | null {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, brand)) return null;
  const message = (data as { [brand]?: WorkerMessage | null })[brand];
  // an app may use this key, too
  return message && types.includes(message.type) ? message : null;
}
