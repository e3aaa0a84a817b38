import { type Call, DaemonError, type Reply } from './protocol.ts';

/** Throws if a value is not what it has to be; `path` names it. */
type Check = (value: unknown, path: string) => void;

function refuse(path: string, expected: string): never {
  throw new DaemonError('usage', `The message is not understood: ${path} has to be ${expected}`);
}

const text: Check = (value, path) => {
  if (typeof value !== 'string') refuse(path, 'a string');
};

const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') refuse(path, 'true or false');
};

const count: Check = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(path, 'a whole number, not negative');
};

const absolutePath: Check = (value, path) => {
  if (typeof value !== 'string' || value.includes('\0') || !/^(\/|[a-z]:[\\/]|\\\\)/i.test(value))
    refuse(path, 'an absolute path');
};

/** A name of a file within its directory, and nothing else. */
const fileName: Check = (value, path) => {
  if (typeof value !== 'string' || value === '' || /^\.\.?$|[/\\\0]/.test(value))
    refuse(path, 'a name without a path');
};

function orNull(check: Check): Check {
  return (value, path) => {
    if (value !== null) check(value, path);
  };
}

function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined) check(value, path);
  };
}

function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) refuse(path, 'a list');
    value.forEach((item, index) => {
      check(item, `${path}[${index}]`);
    });
  };
}

const header: Check = (value, path) => {
  if (!Array.isArray(value) || value.length !== 2) refuse(path, 'a name and a value');
  listOf(text)(value, path);
};

function shape(members: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'an object');
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(members, name));
    if (unknown !== undefined) refuse(path, `without "${unknown}"`);
    for (const [name, check] of Object.entries(members)) {
      check(
        Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined,
        `${path}.${name}`,
      );
    }
  };
}

const requestedFetch = shape({
  id: orNull(text),
  token: text,
  title: text,
  downloadTotal: count,
  method: text,
  body: orNull(absolutePath),
  files: listOf(shape({ url: text, name: orNull(fileName), integrity: text, headers: listOf(header) })),
  directory: orNull(absolutePath),
  overwrite: flag,
  settings: shape({
    jobs: optional(count),
    connections: optional(count),
    limitRate: optional(count),
    retry: optional(count),
  }),
});

const envelope = { id: count, command: text };
const ofOneFetch = shape({ ...envelope, fetch: text });

const commands: Readonly<Record<Call['command'], Check>> = {
  hello: shape({ ...envelope, protocol: count, version: text }),
  fetch: shape({ ...envelope, fetch: requestedFetch }),
  list: shape(envelope),
  show: ofOneFetch,
  follow: shape({ ...envelope, fetches: listOf(text) }),
  pause: ofOneFetch,
  resume: ofOneFetch,
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
  commands[command as Call['command']](message, 'message');
  return message as Call;
}

/** What a client makes sure of: the rest comes from a daemon of the same user and protocol. */
export function checkReply(message: unknown): Reply {
  if (typeof message !== 'object' || message === null || idOfMessage(message) === 0)
    refuse('reply', 'an object with an id');
  const { error } = message as { error?: unknown };
  if (error !== undefined) shape({ code: text, message: text })(error, 'reply.error');
  return message as Reply;
}
