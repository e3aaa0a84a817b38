import type { ByteRange } from '@background-fetch/core';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import type { Passage } from './passage.ts';
import type { SharedLink } from './shared-link.ts';
import type { SimulatedConnectivity } from './simulated-connectivity.ts';

export interface SimulatedBodyPlan {
  /** The resource's body, of which `content` is sent. */
  readonly whole: Uint8Array;
  readonly content: ByteRange;
  /** bytes */
  readonly chunkSize: number;
  /** ms */
  readonly chunkInterval: number;
  readonly link: SharedLink;
  /** Bytes after which the connection ends or nothing more comes. */
  readonly ending: { readonly kind: 'cut' | 'stalled'; readonly after: number } | null;
  /** Whether it fails where its content ends. */
  readonly undecodable: boolean;
  /** Whether its length was said, so that its server is done with it at the last byte: else its end comes behind that. */
  readonly endsWithLastByte: boolean;
  readonly signalsTruncation: boolean;
  readonly passage: Passage;
  /** Called when nothing more comes, however it ended. */
  readonly onEnd: () => void;
  /** Called when the connection ended before the body. */
  readonly onCut: () => void;
}

/** A response body that arrives in virtual time, as fast as it is read. */
export function simulateBody(
  clock: SimulatedClock,
  connectivity: SimulatedConnectivity,
  plan: SimulatedBodyPlan,
): ReadableStream<Uint8Array> {
  const { content, ending, passage } = plan;
  const { signal } = passage;
  const end = ending ? Math.min(content.end, content.start + ending.after) : content.end;
  let position = content.start;
  let finish = (_act: () => void) => {};
  let isOver = false;
  /** Its connection is free, which may be before whoever reads learns that it has ended. */
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    plan.onEnd();
  };

  /** What happens next at the stream's source: once per pull, unless it never comes. */
  function next(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (position < end) {
      const to = Math.min(position + plan.chunkSize, end);
      controller.enqueue(plan.whole.slice(position, to));
      position = to;
      if (position === content.end && plan.endsWithLastByte) over();
      return;
    }
    const undecodable = new TypeError('It can not be decoded');
    if (end < content.end) breakOff(controller);
    else finish(() => (plan.undecodable ? controller.error(undecodable) : controller.close()));
  }

  function breakOff(controller: ReadableStreamDefaultController<Uint8Array>): void {
    plan.onCut();
    finish(() =>
      plan.signalsTruncation ? controller.error(new TypeError('The connection was cut')) : controller.close(),
    );
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const aborted = () => finish(() => controller.error(signal.reason));
        const stopWatching = connectivity.onChange(() =>
          finish(() => controller.error(new TypeError('The network is gone'))),
        );
        finish = (act) => {
          finish = () => {};
          signal.removeEventListener('abort', aborted);
          stopWatching();
          over();
          act();
        };
        passage.onCut(() => breakOff(controller));
        if (signal.aborted) aborted();
        else signal.addEventListener('abort', aborted);
      },
      pull(controller) {
        if (ending?.kind === 'stalled' && position === end && end < content.end) return new Promise(() => {});
        const onItsWay = plan.link.take(Math.min(plan.chunkSize, end - position));
        return new Promise((resolve) => {
          clock.setTimer(Math.max(plan.chunkInterval, onItsWay), () => {
            try {
              next(controller);
            } catch {
              // The stream was aborted or cancelled while the chunk was on its way.
            }
            resolve();
          });
        });
      },
      cancel() {
        finish(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
