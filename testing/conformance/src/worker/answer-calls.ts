/** A function to evaluate, as its source. */
export interface Call {
  readonly call: number;
  readonly source: string;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly error: Described };

/** An error on its way between contexts: engines don't agree on which errors can be cloned. */
export interface Described {
  readonly kind: 'DOMException' | 'TypeError' | 'RangeError' | 'Error';
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (args: readonly unknown[]) => Promise<unknown>;

export async function answerCall({ call, source, args }: Call): Promise<Answer> {
  try {
    return { call, value: await new AsyncFunction('args', `return (${source})(...args);`)(args) };
  } catch (error) {
    return { call, error: describeError(error) };
  }
}

export function describeError(error: unknown): Described {
  if (!(error instanceof Error || error instanceof DOMException)) {
    return { kind: 'Error', name: 'Error', message: `not an error: ${String(error)}`, stack: '' };
  }
  const { name, message } = error;
  const kind =
    error instanceof DOMException
      ? 'DOMException'
      : error instanceof TypeError
        ? 'TypeError'
        : error instanceof RangeError
          ? 'RangeError'
          : 'Error';
  return { kind, name, message, stack: String(error.stack ?? '') };
}

/** The error again, of the same class, with the stack it had where it was thrown. */
export function deserialiseError({ kind, name, message, stack }: Described): Error {
  if (kind === 'DOMException') return new DOMException(message, name);
  const error = new { TypeError, RangeError, Error }[kind](message);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  error.stack = stack || (error.stack ?? '');
  return error;
}

/**
 * Opens the channel for answers, and reports on it what nobody caught. Without `rejections` it reports no promises:
 * Chromium also counts those given to waitUntil() of its own events.
 */
export function openAnswers(name: string, rejections = true): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  globalThis.addEventListener('error', (event) => {
    const { error, message } = event as ErrorEvent;
    if (`${error ?? message}`.includes(onPurpose)) return;
    channel.postMessage({ type: 'error', error: describeError(error ?? message) });
  });
  globalThis.addEventListener('unhandledrejection', (event) => {
    if (!rejections) return;
    const { reason } = event as PromiseRejectionEvent;
    if (`${reason}`.includes(onPurpose)) return;
    channel.postMessage({ type: 'error', error: describeError(reason) });
  });
  return channel;
}

/** What the message of an error says that a test throws, to see whether the engine bears it. */
const onPurpose = 'thrown on purpose';

/** Answers one call; a value that can't be cloned is an error of the caller. */
export async function answerOver(channel: BroadcastChannel, call: Call): Promise<void> {
  const answer = await answerCall(call);
  try {
    channel.postMessage({ type: 'answer', answer });
  } catch (error) {
    channel.postMessage({ type: 'answer', answer: { call: call.call, error: describeError(error) } });
  }
}
