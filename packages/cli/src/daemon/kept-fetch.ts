import { backgroundFetchFailureReasons } from '@background-fetch/node';
import { fetchSettings } from './fetch-settings.ts';
import {
  absolutePath,
  check,
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
import { askingCommands, endedStates } from './status.ts';

/** Of the files in which fetches are kept. */
export const keptFetchSchema = 1;

/** of whoever asked, where a note does not say it */
export const usualUmask = 0o022;

const reason = oneOf(backgroundFetchFailureReasons);

/** How a file ended. */
const fileOutcome = shape({
  /** `''` for a file that was received whole */
  reason,
  /** the HTTP status, null where there was no response */
  status: orNull(count),
  /** bytes */
  size: count,
  /** a safe name for it */
  suggestedName: fileName,
  /** bytes that the server had said; absent in notes of earlier versions, as are the next two */
  total: optional(orNull(count)),
  /** why it failed, in one line */
  cause: optional(orNull(text)),
  /** the field that asks the server whether it still has this very version; null where it can't be asked */
  condition: optional(orNull(nameAndValue)),
});

const keptFile = shape({
  /** redacted: the request itself is in the engine's store, for as long as it is needed */
  url: text,
  /** the name that the user gave */
  name: orNull(fileName),
  outcome: orNull(fileOutcome),
  /** where it was saved */
  path: orNull(absolutePath),
  /** which file it was there; absent for one that is not saved, and in notes of earlier versions */
  identity: optional(text),
});

/** What the daemon keeps of a fetch beside what the engine does, until the fetch is forgotten. */
const keptFetch = shape({
  schema: count,
  /** names its files on disk; ids are reused, keys are not */
  key: fileName,
  id: text,
  token: text,
  /** equal for fetches of the same requests into the same directory */
  fingerprint: text,
  title: text,
  /** ms since the epoch */
  created: count,
  directory: orNull(absolutePath),
  overwrite: flag,
  /** of whoever asked for it; absent in notes of earlier versions */
  umask: optional(count),
  settings: fetchSettings,
  files: listOf(keptFile),
  /** the files that the engine's fetch is of, by their number, where it is not of all: the others were there already */
  asked: optional(listOf(count)),
  /** what asked for it; older notes do not say */
  command: optional(oneOf(askingCommands)),
  /** whether all that was asked for is in this note, so that it can be asked for again */
  repeatable: optional(flag),
  /** the note that said where its files go, where that can't be read */
  lostNote: optional(absolutePath),
  ended: orNull(
    shape({
      result: oneOf(endedStates),
      reason,
      /** ms since the epoch; absent in notes of earlier versions */
      at: optional(count),
    }),
  ),
  problem: orNull(text),
});

export type FileOutcome = Shaped<typeof fileOutcome>;
export type KeptFile = Shaped<typeof keptFile>;
export type KeptFetch = Shaped<typeof keptFetch>;

/**
 * Makes sure that a note is what this daemon writes: names in it become paths, and one that is malformed must not
 * keep the others from being shown.
 * @throws TypeError that says what is wrong
 */
export function checkKeptFetch(note: unknown): KeptFetch {
  return check(keptFetch, note, 'fetch');
}

/** The files that the engine's fetch is of, by their number, in the order of its records. */
export function askedFiles({ asked, files }: KeptFetch): readonly number[] {
  return asked ?? files.map((_, index) => index);
}

/** Whether a file came whole, and has no place yet. */
export function isToBeSaved(file: KeptFile): boolean {
  return file.outcome?.reason === '' && file.path === null;
}

export function newKeptFetch(details: Omit<KeptFetch, 'schema' | 'ended' | 'problem'>): KeptFetch {
  return { schema: keptFetchSchema, ...details, ended: null, problem: null };
}
