import { fetchSettings } from './check-settings.ts';
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
  shape,
  text,
} from './check-shape.ts';
import type { KeptFetch } from './kept-fetch.ts';

const reason = oneOf('', 'aborted', 'bad-status', 'fetch-error', 'quota-exceeded', 'download-total-exceeded');

const outcome = shape({
  reason,
  status: orNull(count),
  size: count,
  suggestedName: fileName,
  total: optional(orNull(count)),
  cause: optional(orNull(text)),
  condition: optional(orNull(nameAndValue)),
});

const keptFetch = shape({
  schema: count,
  key: fileName,
  id: text,
  token: text,
  fingerprint: text,
  title: text,
  created: count,
  directory: orNull(absolutePath),
  overwrite: flag,
  umask: optional(count),
  settings: fetchSettings,
  files: listOf(
    shape({
      url: text,
      name: orNull(fileName),
      outcome: orNull(outcome),
      path: orNull(absolutePath),
      identity: optional(text),
    }),
  ),
  asked: optional(listOf(count)),
  command: optional(oneOf('get', 'fetch')),
  repeatable: optional(flag),
  lostNote: optional(absolutePath),
  ended: orNull(shape({ result: oneOf('success', 'failure', 'aborted'), reason, at: optional(count) })),
  problem: orNull(text),
});

/**
 * Makes sure that a note is what this daemon writes: names in it become paths, and one that is malformed must not
 * keep the others from being shown.
 * @throws TypeError that says what is wrong
 */
export function checkKeptFetch(note: unknown): KeptFetch {
  keptFetch(note, 'fetch');
  return note as KeptFetch;
}
