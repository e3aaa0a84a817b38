import type { RestPlan } from '@background-fetch/core';

/** Ranges that are joined at most: of 4 MiB each, 64 MiB. A reader waits for the first of them. */
const mostJoined = 16;

/**
 * Takes what a connection fetches next: its share of all that waits, so that the requests become fewer, and smaller
 * towards the end, where those connections that were faster take from what the others have left. With a server that
 * takes its time to answer, each request costs that time.
 */
export function takePiece(waiting: RestPlan[], connections: number): RestPlan | undefined {
  const share = Math.min(Math.ceil(waiting.length / connections), mostJoined);
  const first = waiting.shift();
  if (!first) return undefined;
  let { end } = first;
  for (let joined = 1; joined < share && waiting[0]?.position === end; joined++)
    end = waiting.shift()?.end ?? end;
  return { ...first, end };
}
