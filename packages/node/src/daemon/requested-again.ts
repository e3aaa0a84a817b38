import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { redactUrl } from '../redact.ts';
import type { KeptFetch, KeptFile } from './kept-fetch.ts';
import { DaemonError, type RequestedFetch } from './protocol.ts';

/** Whether a note says all of what is asked for: it holds no headers, bodies, digests, and nothing that opens anything. */
export function isRepeatable({ method, body, downloadTotal, files }: RequestedFetch): boolean {
  const isPlain = files.every(
    ({ url, integrity, headers }) => integrity === '' && headers.length === 0 && redactUrl(url) === url,
  );
  return method.toUpperCase() === 'GET' && body === null && downloadTotal === 0 && isPlain;
}

/**
 * What a fetch that did not succeed has to ask for again: the files that are not where they were saved.
 * @throws DaemonError where there is nothing to ask for, or the note does not hold it
 */
export function requestedAgain(kept: KeptFetch): RequestedFetch {
  const { id, title, files, directory, overwrite, settings, command } = kept;
  if (kept.ended === null) {
    throw new DaemonError('state', `"${id}" has not ended: "bgfetch resume ${id}" goes on after a pause`);
  }
  if (kept.ended.result === 'success') throw new DaemonError('state', `"${id}" did not fail`);
  if (files.some(isReceived)) {
    throw new DaemonError(
      'state',
      `"${id}" has files that wait for being saved: "bgfetch save ${id}" first, then try again`,
    );
  }
  if (!kept.repeatable) {
    throw new DaemonError(
      'state',
      `"${id}" can't be begun again from what is stored: headers, bodies, digests and secrets in URLs are dropped at ` +
        'its end. Give the command for it again',
    );
  }
  return {
    ...{ id, title, directory, overwrite, settings, token: randomUUID(), method: 'GET', body: null },
    downloadTotal: 0,
    ...(command && { command }),
    files: files
      .filter(({ path }) => path === null || !existsSync(path))
      .map(({ url, name }) => ({ url, name, integrity: '', headers: [] })),
  };
}

function isReceived({ outcome, path }: KeptFile): boolean {
  return outcome?.reason === '' && path === null;
}
