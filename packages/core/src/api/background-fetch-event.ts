import { updateTheDisplay } from '../algorithms/update-the-display.ts';
import type { BackgroundFetchEventName } from '../ports.ts';
import {
  type BackgroundFetchRegistration,
  isRegistration,
  snapshotOf,
  stateOf,
} from './background-fetch-registration.ts';
import { isActiveEvent } from './extendable-event.ts';
import {
  defineInterface,
  requireArguments,
  requireThis,
  toDictionary,
  toDOMString,
  toUIOptions,
} from './web-idl.ts';

/**
 * The second argument of the constructors of the events, all but `registration` false by default.
 * https://wicg.github.io/background-fetch/#dictdef-backgroundfetcheventinit
 */
export interface BackgroundFetchEventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
  registration: BackgroundFetchRegistration;
}

/** The event of an abort and of a click. https://wicg.github.io/background-fetch/#background-fetch-event */
export interface BackgroundFetchEvent extends Event {
  readonly registration: BackgroundFetchRegistration;
}

/** The event of a success and of a failure. https://wicg.github.io/background-fetch/#background-fetch-update-ui-event */
export interface BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
  updateUI(options?: unknown): Promise<void>;
}

type EventConstructor<T> = new (type: string, init: BackgroundFetchEventInit) => T;

/** The interface objects of both events, as one host has them. */
export interface EventInterfaces {
  readonly BackgroundFetchEvent: EventConstructor<BackgroundFetchEvent>;
  readonly BackgroundFetchUpdateUIEvent: EventConstructor<BackgroundFetchUpdateUIEvent>;
}

/** Makes the event of this name, of the interface that the specification has for it. */
export function createEvent(
  { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent }: EventInterfaces,
  name: BackgroundFetchEventName,
  registration: BackgroundFetchRegistration,
): BackgroundFetchEvent {
  const updatesUI = name === 'backgroundfetchsuccess' || name === 'backgroundfetchfail';
  const Interface = updatesUI ? BackgroundFetchUpdateUIEvent : BackgroundFetchEvent;
  return new Interface(name, { registration });
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

    /**
     * The background fetch that the event is about.
     * https://wicg.github.io/background-fetch/#dom-backgroundfetchevent-registration
     */
    get registration(): BackgroundFetchRegistration {
      requireThis(#registration in Object(this));
      return this.#registration;
    }
  }

  // https://wicg.github.io/background-fetch/#background-fetch-update-ui-event
  class BackgroundFetchUpdateUIEvent extends BackgroundFetchEvent {
    #uiUpdated = false;

    // `length` of the interface counts the parameters of this constructor
    constructor(type: string, init: BackgroundFetchEventInit) {
      super(type, init);
    }

    /**
     * Changes the title and the icons that are displayed; one that is not given stays as it is. Resolves when they are
     * stored. Rejects with an InvalidStateError (DOMException) the second time, and once the event is not active any more;
     * with a TypeError for options that can't be.
     * https://wicg.github.io/background-fetch/#dom-backgroundfetchupdateuievent-updateui
     */
    async updateUI(...args: [options?: unknown]): Promise<void> {
      requireThis(#uiUpdated in Object(this));
      const options = toUIOptions(args[0]);
      // 1.
      if (this.#uiUpdated || !isActiveEvent(this)) {
        const { id } = snapshotOf(this.registration);
        throw new DOMException(
          `The display of background fetch "${id}" can only be updated once, while its event is active`,
          'InvalidStateError',
        );
      }
      // 2.
      this.#uiUpdated = true;
      // 3.-7.
      const { realm, snapshot } = stateOf(this.registration);
      await updateTheDisplay(realm.ports.store, snapshot, options);
    }
  }

  defineInterface(BackgroundFetchEvent, 'BackgroundFetchEvent');
  defineInterface(BackgroundFetchUpdateUIEvent, 'BackgroundFetchUpdateUIEvent');
  return { BackgroundFetchEvent, BackgroundFetchUpdateUIEvent };
}
