import { type Described, describeError } from './answer-calls.ts';
import { type BackgroundFetchEvent, type EventName, eventNames, serviceWorker } from './global.ts';

/** What the service worker saw of one `backgroundfetch…` event. */
export interface EventReport {
  readonly type: EventName;
  readonly id: string;
  readonly result: string;
  readonly failureReason: string;
  readonly recordsAvailable: boolean;
  readonly downloaded: number;
  readonly uploaded: number;
  /** Records of `matchAll()`; null if it rejected. */
  readonly matchCount: number | null;
  /** Place among all the worker's events, from 1. */
  readonly order: number;
  /** What the function given to `handleEvent()` resolved with. */
  readonly value?: unknown;
  /** What it, or matchAll(), rejected with. */
  readonly error?: Described;
}

interface Commands {
  /** Events of this name keep their `waitUntil()` pending. */
  hold(name: string): void;
  /** Lets go what is held, and holds nothing from now on. */
  release(): void;
  /** Gives events of this name a function, as its source, to call with the event and these arguments. */
  handle(name: string, source: string, args: readonly unknown[]): void;
}

type Handler = (event: BackgroundFetchEvent, ...args: readonly unknown[]) => unknown;

/** Listens to the four events and reports each over the channel. */
export function recordEvents(
  channel: { postMessage(message: { type: 'report'; report: EventReport }): void },
  worker: Pick<typeof serviceWorker, 'addEventListener'> = serviceWorker,
): Commands {
  const held = new Set<string>();
  const handlers = new Map<string, (event: BackgroundFetchEvent) => unknown>();
  let onRelease: (() => void)[] = [];
  let order = 0;

  const respond = async (event: BackgroundFetchEvent, seen: EventReport): Promise<void> => {
    // Called at once: some of what a handler may do has to happen while the event is dispatched.
    const handling = attempt(() => handlers.get(event.type)?.(event));
    const matching = attempt(async () => (await event.registration.matchAll()).length);
    const matched = await matching;
    const handled = await handling;
    const error = handled.error ?? matched.error;
    channel.postMessage({
      type: 'report',
      report: {
        ...seen,
        matchCount: (matched.value as number | undefined) ?? null,
        value: handled.value,
        ...(error && { error }),
      },
    });
    if (held.has(event.type)) await new Promise<void>((resolve) => onRelease.push(resolve));
  };

  for (const name of eventNames) {
    worker.addEventListener(name, (event) => event.waitUntil(respond(event, look(event, ++order))));
  }
  return {
    hold: (name) => held.add(name),
    release() {
      held.clear();
      for (const resolve of onRelease) resolve();
      onRelease = [];
    },
    handle(name, source, args) {
      const handler = new Function(`return (${source});`)() as Handler;
      handlers.set(name, (event) => handler(event, ...args));
    },
  };
}

function look({ type, registration }: BackgroundFetchEvent, order: number): EventReport {
  const { id, result, failureReason, recordsAvailable, downloaded, uploaded } = registration;
  return {
    type: type as EventName,
    id,
    result,
    failureReason,
    recordsAvailable,
    downloaded,
    uploaded,
    matchCount: null,
    order,
  };
}

async function attempt(action: () => unknown): Promise<{ value?: unknown; error?: Described }> {
  try {
    return { value: await action() };
  } catch (error) {
    return { error: describeError(error) };
  }
}
