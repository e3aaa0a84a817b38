import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fillBody, type LoggedRequest } from '@background-fetch/testing-fault-server';
import { accountFor, inMebibytes, mebibyte } from '../transfer-account.ts';
import type { Life } from './life.ts';
import type { PlannedFetch, PlannedFile } from './plan.ts';

/** bytes of one connection that may be received, and not yet be durable */
const checkpoint = 4 * mebibyte;
/**
 * bytes of one connection that the server has handed over, and that wait in socket buffers and streams: they grow while a busy
 * machine keeps the reader waiting (2.3 MiB seen), up to what the kernel allows
 */
const underway = 4 * mebibyte;

/** Every version of a resource that is served in a round. */
const versions = [1, 2];

/** @throws unless the file is one of the versions, byte for byte */
export async function requireOneVersion(path: string, { key, size }: PlannedFile): Promise<void> {
  const found = await stat(path);
  if (found.size !== size) throw new Error(`${path} has ${found.size} bytes, and not ${size}`);
  let candidates = versions;
  let position = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: mebibyte }) as AsyncIterable<Buffer>) {
    const expected = new Uint8Array(chunk.length);
    candidates = candidates.filter((version) => {
      fillBody(expected, key, version, position);
      return chunk.equals(expected);
    });
    if (candidates.length === 0) {
      throw new Error(
        `${path} is no version of its resource: it differs within 1 MiB from byte ${position} on`,
      );
    }
    position += chunk.length;
  }
}

/**
 * @param deaths the id of the last request before each death
 * @returns the most bytes that one death cost
 * @throws if that is more than a checkpoint of each connection
 */
export function requireFewAgain(
  { key }: PlannedFile,
  entries: readonly LoggedRequest[],
  deaths: readonly number[],
  connections: number,
): number {
  const most = Math.max(0, ...accountFor(entries, deaths).lost);
  const limit = connections * (checkpoint + underway);
  if (most > limit) {
    throw new Error(
      `A death cost ${inMebibytes(most)} MiB of ${key}, over ${connections} connections: more than ${inMebibytes(limit)}`,
    );
  }
  return most;
}

/** @throws if an event was lost, or came again after it was handled and its fetch was gone; or was not a success */
export function requireEachEvent(fetches: readonly PlannedFetch[], lives: readonly Life[]): void {
  for (const { id } of fetches) {
    let state: 'unknown' | 'started' | 'handled' | 'gone' = 'unknown';
    for (const { said } of lives) {
      let events = 0;
      for (const line of said) {
        if (line.what === 'found') {
          const isFound = line.ids.includes(id);
          if (state === 'started' && !isFound) throw new Error(`${id} was accepted, and then lost`);
          if (state === 'gone' && isFound) throw new Error(`${id} was gone, and is back`);
          // a death between the handler's end and the release lets the event come again
          if (state === 'handled' && !isFound) state = 'gone';
          else if (isFound) state = 'started';
        } else if ('id' in line && line.id === id) {
          if (line.what === 'started') state = 'started';
          if (line.what === 'handled') state = 'handled';
          if (line.what !== 'event') continue;
          if (line.name !== 'backgroundfetchsuccess')
            throw new Error(`${id} ended with ${line.name}: ${line.failureReason}`);
          if (state === 'gone') throw new Error(`The event of ${id} came again after it was handled`);
          if (++events > 1) throw new Error(`The event of ${id} came twice in one process`);
        }
      }
    }
    if (state !== 'gone') throw new Error(`${id} was not handled, or is still in the store: it is ${state}`);
  }
}
