import { fetchSettings } from './check-settings.ts';
import {
  absolutePath,
  type Check,
  count,
  fileName,
  flag,
  listOf,
  nameAndValue,
  oneOf,
  optional,
  orNull,
  refuse,
  shape,
  text,
} from './check-shape.ts';
import { type Call, DaemonError, type Reply } from './protocol.ts';

const requestedFetch = shape({
  id: orNull(text),
  token: text,
  title: text,
  downloadTotal: count,
  method: text,
  body: orNull(shape({ path: absolutePath, identity: text, version: text })),
  files: listOf(shape({ url: text, name: orNull(fileName), integrity: text, headers: listOf(nameAndValue) })),
  directory: orNull(absolutePath),
  overwrite: flag,
  umask: count,
  earlier: optional(listOf(count)),
  command: optional(oneOf('get', 'fetch')),
  settings: fetchSettings,
});

const envelope = { id: count, command: text };
const ofOneFetch = shape({ ...envelope, fetch: text });

const commands: Readonly<Record<Call['command'], Check>> = {
  hello: shape({ ...envelope, protocol: count, version: text }),
  fetch: shape({ ...envelope, fetch: requestedFetch }),
  list: shape(envelope),
  show: ofOneFetch,
  read: ofOneFetch,
  follow: shape({ ...envelope, fetches: listOf(text) }),
  pause: ofOneFetch,
  resume: ofOneFetch,
  retry: ofOneFetch,
  abort: ofOneFetch,
  save: shape({
    ...envelope,
    fetch: text,
    directory: orNull(absolutePath),
    name: orNull(fileName),
    overwrite: flag,
  }),
  forget: ofOneFetch,
  status: shape(envelope),
  stop: shape({ ...envelope, onlyIfIdle: flag }),
};

/** The number with which a message wants its answer; 0 where there is none. */
export function idOfMessage(message: unknown): number {
  const id = typeof message === 'object' && message !== null ? (message as { id?: unknown }).id : undefined;
  return Number.isSafeInteger(id) ? (id as number) : 0;
}

/** @throws DaemonError that says what is wrong */
export function checkCall(message: unknown): Call {
  const command =
    typeof message === 'object' && message !== null ? (message as { command?: unknown }).command : undefined;
  if (typeof command !== 'string' || !Object.hasOwn(commands, command)) {
    throw new DaemonError('usage', `There is no command ${JSON.stringify(command ?? null).slice(0, 60)}`);
  }
  understand(() => commands[command as Call['command']](message, 'message'));
  return message as Call;
}

function understand(check: () => void): void {
  try {
    check();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError('usage', `The message is not understood: ${reason}`, { cause });
  }
}

/** What a client makes sure of: the rest comes from a daemon of the same user and protocol. */
export function checkReply(message: unknown): Reply {
  understand(() => {
    if (typeof message !== 'object' || message === null || idOfMessage(message) === 0)
      refuse('reply', 'an object with an id');
    const { error } = message as { error?: unknown };
    if (error !== undefined) shape({ code: text, message: text })(error, 'reply.error');
  });
  return message as Reply;
}
