import {
  type BackgroundFetchRegistration,
  isRegistration,
  snapshotOf,
  updateDisplay,
} from './background-fetch-registration.ts';
import {
  defineInterface,
  requireArguments,
  requireThis,
  toDictionary,
  toDOMString,
  toUIOptions,
} from './web-idl.ts';

export interface BackgroundFetchEventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
  registration: BackgroundFetchRegistration;
}

export interface BackgroundFetchEvent extends Event {
  readonly registration: BackgroundFetchRegistration;
}

export interface BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  updateUI(options?: unknown): Promise<void>;
}

type EventConstructor<T> = new (type: string, init: BackgroundFetchEventInit) => T;

export interface EventInterfaces {
  readonly BackgroundFetchEvent: EventConstructor<BackgroundFetchEvent>;
  readonly BackgroundFetchUpdateUIEvent: EventConstructor<BackgroundFetchUpdateUIEvent>;
}

/** Events that an engine dispatched, with what tells whether they still are active: script can't make these. */
const dispatched = new WeakMap<Event, () => boolean>();

/** Marks an event as dispatched by the engine. */
export function brandDispatched(event: Event, isActive: () => boolean): void {
  dispatched.set(event, isActive);
}

/**
 * Makes the event interfaces on top of the host's ExtendableEvent, which exists in service workers only.
 * https://wicg.github.io/background-fetch/#background-fetch-event
 */
export function createEventInterfaces(
  ExtendableEvent: new (type: string, init?: EventInit) => Event,
): EventInterfaces {
  class BackgroundFetchEvent extends ExtendableEvent {
    readonly #registration: BackgroundFetchRegistration;

    constructor(type: string, init: BackgroundFetchEventInit) {
      requireArguments('BackgroundFetchEvent', arguments.length, 2);
      const { registration } = toDictionary(init);
      if (!isRegistration(registration)) {
        throw new TypeError('The event needs a "registration", a BackgroundFetchRegistration');
      }
      super(toDOMString(type), init);
      this.#registration = registration;
    }

    get registration(): BackgroundFetchRegistration {
      requireThis(#registration in Object(this));
      return this.#registration;
    }
  }

  // https://wicg.github.io/background-fetch/#background-fetch-update-ui-event
  class BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
    #uiUpdated = false;

    // its parameters are what `length` of the interface counts
    constructor(type: string, init: BackgroundFetchEventInit) {
      super(type, init);
    }

    /** Resolves when title and icons are changed. Rejects with an InvalidStateError where the rules refuse it. */
    async updateUI(...args: [options?: unknown]): Promise<void> {
      requireThis(#uiUpdated in Object(this));
      const options = toUIOptions(args[0]);
      // 1.
      if (this.#uiUpdated || !dispatched.get(this)?.()) {
        const { id } = snapshotOf(this.registration);
        throw new DOMException(
          `The display of background fetch "${id}" can only be updated once, while its event is active`,
          'InvalidStateError',
        );
      }
      // 2.
      this.#uiUpdated = true;
      // 3.-7.
      await updateDisplay(this.registration, options);
    }
  }

  defineInterface(BackgroundFetchEvent, 'BackgroundFetchEvent');
  defineInterface(BackgroundFetchUpdateUIEvent, 'BackgroundFetchUpdateUIEvent');
  return { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent };
}
