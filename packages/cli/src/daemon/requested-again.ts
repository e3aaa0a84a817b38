import { randomUUID } from 'node:crypto';
import { redactUrl } from '@background-fetch/common';
import { type KeptFetch, usualUmask } from './kept-fetch.ts';
import { DaemonError, type RequestedFetch } from './protocol.ts';

/** Whether a note says all of what is asked for: it holds no headers, bodies, digests, and nothing that opens anything. */
export function isRepeatable({ method, body, downloadTotal, files }: RequestedFetch): boolean {
  const isPlain = files.every(
    ({ url, integrity, headers }) => integrity === '' && headers.length === 0 && redactUrl(url) === url,
  );
  return method.toUpperCase() === 'GET' && body === null && downloadTotal === 0 && isPlain;
}

/**
 * What a fetch that did not succeed asked for.
 * @throws DaemonError where there is nothing to ask for, or the note does not hold it
 */
export function requestedAgain(kept: KeptFetch): RequestedFetch {
  const { id, title, files, directory, overwrite, settings, command } = kept;
  if (kept.ended === null) {
    throw new DaemonError('state', `"${id}" has not ended: "bgfetch resume ${id}" goes on after a pause`);
  }
  if (kept.ended.result === 'success') throw new DaemonError('state', `"${id}" did not fail`);
  if (!kept.repeatable) {
    throw new DaemonError(
      'state',
      `"${id}" can't be begun again from what is stored: headers, bodies, digests and secrets in URLs are dropped at ` +
        'its end. Give the command for it again',
    );
  }
  return {
    id,
    title,
    directory,
    overwrite,
    settings,
    token: randomUUID(),
    method: 'GET',
    body: null,
    downloadTotal: 0,
    ...(command && { command }),
    umask: kept.umask ?? usualUmask,
    files: files.map(({ url, name }) => ({ url, name, integrity: '', headers: [] })),
  };
}
