import { warn } from '../shared/host.ts';
import { unwrapMessage, type WorkerMessage } from '../shared/messages.ts';
import type { PatchRegistry } from '../shared/patch-registry.ts';
import type { ExtendableMessageEvent } from './scope.ts';

const read = new WeakSet<ExtendableMessageEvent>();
let stopWatching = (): void => {};

/**
 * Watches who reads messages, until the first of ours comes: a listener of the app that comes before ours is told of all
 * of them, and can't be hidden from them.
 */
export function watchReaders(patches: PatchRegistry): void {
  const { ExtendableMessageEvent } = globalThis as {
    ExtendableMessageEvent?: { readonly prototype: object };
  };
  if (!ExtendableMessageEvent) return;
  const { prototype } = ExtendableMessageEvent;
  const original = Object.getOwnPropertyDescriptor(prototype, 'data');
  if (!original?.get) return;
  const { get } = original;
  patches.define(prototype, 'data', {
    ...original,
    get(this: ExtendableMessageEvent) {
      read.add(this);
      return get.call(this);
    },
  });
  stopWatching = () => {
    stopWatching = () => {};
    Object.defineProperty(prototype, 'data', original);
  };
}

/** Our message in an event, null if it is the app's. */
export function readMessage(event: ExtendableMessageEvent): WorkerMessage | null {
  const wasRead = read.has(event);
  const message = unwrapMessage(event.data);
  if (!message) return null;
  stopWatching();
  if (wasRead)
    warn(
      'a listener of this service worker gets messages that are not meant for it, because it comes before the import ' +
        'of background-fetch. Let the worker begin with that',
    );
  return message;
}
