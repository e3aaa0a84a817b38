import { createReadStream } from 'node:fs';
import type { FetchKeeper } from './fetch-keeper.ts';
import { DaemonError } from './protocol.ts';
import type { Caller } from './server.ts';

/**
 * Sends the body of a fetch of one file to a client, while it comes. What is sent is one version, from its first byte on.
 * @throws DaemonError where the rest of it does not come; then what was sent is a part
 */
export async function sendBody(keeper: FetchKeeper, id: string, caller: Caller): Promise<null> {
  const source = await keeper.openBody(id);
  // a failure has no body, and is told of as one
  if (source === null) return null;
  const bytes = typeof source === 'string' ? createReadStream(source) : source;
  try {
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      if (caller.signal.aborted) return null;
      await caller.send(chunk);
    }
  } catch (cause) {
    throw new DaemonError(
      'trouble',
      'What has been written is a part: the rest of that version does not come',
      {
        cause,
      },
    );
  }
  return null;
}
