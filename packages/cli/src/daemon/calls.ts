import { fetchSettings } from './fetch-settings.ts';
import {
  absolutePath,
  count,
  fileName,
  flag,
  listOf,
  nameAndValue,
  oneOf,
  optional,
  orNull,
  type Shaped,
  shape,
  text,
} from './schemas.ts';
import { askingCommands } from './status.ts';

const requestedFile = shape({
  url: text,
  /** The name that the user gave; null lets the response decide. */
  name: orNull(fileName),
  integrity: text,
  headers: listOf(nameAndValue),
});

/** A body that the client has opened: the daemon opens no path of which it is not told what it has to find there. */
const requestedBody = shape({
  /** absolute path of a regular file, without links */
  path: absolutePath,
  /** which file the client saw there, and in which state */
  identity: text,
  /** equal for bodies that are the same */
  version: text,
});

const requestedFetch = shape({
  /** null lets the daemon choose one */
  id: orNull(text),
  /** Made up by the client for this call: asked again with it, the daemon gives what it has started before. */
  token: text,
  title: text,
  /** bytes; 0 for not known */
  downloadTotal: count,
  method: text,
  body: orNull(requestedBody),
  files: listOf(requestedFile),
  /** absolute path of the directory into which files are put as soon as all are received; null keeps them */
  directory: orNull(absolutePath),
  overwrite: flag,
  /** of the client: files are saved with the rights that it leaves */
  umask: count,
  /** the files of a fetch that has ended which the server is to be asked about; all, if it is left out */
  earlier: optional(listOf(count)),
  /** what asks for it */
  command: optional(oneOf(askingCommands)),
  settings: fetchSettings,
});

export type RequestedFile = Shaped<typeof requestedFile>;
export type RequestedBody = Shaped<typeof requestedBody>;
export type RequestedFetch = Shaped<typeof requestedFetch>;

const envelope = { id: count, command: text };
const ofOneFetch = { fetch: text };
const ofNothing = {};

/** What a client says with each command, beside its name and the number of the message. */
const asked = {
  hello: { protocol: count, version: text },
  fetch: { fetch: requestedFetch },
  list: ofNothing,
  show: ofOneFetch,
  /** Sends the bytes of a fetch of one file while they come. */
  read: ofOneFetch,
  follow: { fetches: listOf(text) },
  pause: ofOneFetch,
  resume: ofOneFetch,
  /** goes on with one that failed, or begins it again */
  retry: ofOneFetch,
  abort: ofOneFetch,
  save: { fetch: text, directory: orNull(absolutePath), name: orNull(fileName), overwrite: flag },
  forget: ofOneFetch,
  status: ofNothing,
  stop: { onlyIfIdle: flag },
};

export type CommandName = keyof typeof asked;

export type Ask<Name extends CommandName> = {
  readonly [Member in keyof (typeof asked)[Name]]: (typeof asked)[Name][Member] extends infer Schema extends
    Parameters<typeof listOf>[0]
    ? Shaped<Schema>
    : never;
};

export type Call = {
  [Name in CommandName]: { readonly id: number; readonly command: Name } & Ask<Name>;
}[CommandName];

export function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(asked, name);
}

const schemas = new Map(
  Object.entries(asked).map(([name, members]) => [name, shape({ ...envelope, ...members })] as const),
);

/** The schema of a message with this command. */
export function schemaOfCall(name: CommandName) {
  const schema = schemas.get(name);
  if (schema === undefined) throw new TypeError(`There is no command ${name}`);
  return schema;
}
