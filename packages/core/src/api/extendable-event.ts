/** The state of an event from its dispatch until it is not active any more. */
class Lifetime {
  #dispatching = true;
  readonly #pending = new Set<Promise<void>>();
  readonly #onRejection: (error: unknown) => void;
  #onSettled = (): void => {};

  constructor(onRejection: (error: unknown) => void) {
    this.#onRejection = onRejection;
  }

  /** https://w3c.github.io/ServiceWorker/#extendableevent-active */
  get isActive(): boolean {
    return this.#dispatching || this.#pending.size > 0;
  }

  add(promise: unknown): void {
    const settled = Promise.resolve(promise)
      .catch(this.#onRejection)
      // a callback that throws must not keep the event from ending
      .catch(() => {})
      // as in the specification, a promise that follows from this one may still be added in a microtask
      .then(() => {})
      .then(() => {
        this.#pending.delete(settled);
        if (this.#pending.size === 0) this.#onSettled();
      });
    this.#pending.add(settled);
  }

  /** Resolves when the event is not active any more. To be called when the listeners have returned. */
  async end(): Promise<void> {
    this.#dispatching = false;
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#onSettled = resolve));
  }
}

/** Events that an engine dispatched: script can't make these. */
const lifetimes = new WeakMap<Event, Lifetime>();

/** Whether an engine dispatched an event, and its listeners or a promise given to waitUntil() have not ended yet. */
export function isActiveEvent(event: Event): boolean {
  return lifetimes.get(event)?.isActive ?? false;
}

/**
 * The steps of `waitUntil()`: keeps an event active until a promise settles. A rejection counts as settled, and is told
 * to who dispatched the event. https://w3c.github.io/ServiceWorker/#add-lifetime-promise
 * @throws InvalidStateError (DOMException) if the event is not active, and if no engine dispatched it
 */
export function addLifetimePromise(event: Event, promise: unknown): void {
  const lifetime = lifetimes.get(event);
  if (!lifetime?.isActive) {
    throw new DOMException(
      `waitUntil() of the ${event.type} event was called when it was not active`,
      'InvalidStateError',
    );
  }
  lifetime.add(promise);
}

/**
 * Dispatches an event and resolves when it is not active any more: its listeners have returned, and all promises given to
 * waitUntil() have settled. https://w3c.github.io/ServiceWorker/#extendableevent-active
 * @param onRejection told why a promise given to waitUntil() was rejected
 */
export async function dispatchExtendableEvent(
  target: Pick<EventTarget, 'dispatchEvent'>,
  event: Event,
  onRejection: (error: unknown) => void,
): Promise<void> {
  const lifetime = new Lifetime(onRejection);
  lifetimes.set(event, lifetime);
  try {
    target.dispatchEvent(event);
  } finally {
    await lifetime.end();
  }
}
