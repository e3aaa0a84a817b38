import type { BodyReader, BodyStream } from '@background-fetch/core';

type Chunks = AsyncGenerator<Uint8Array, void>;

/**
 * A body that is made of another one's chunks. It is read as it is read itself; to cancel or abort it does not wait
 * for what is under way.
 */
export function transformBody(
  body: BodyStream,
  signal: AbortSignal,
  transform: (chunks: Chunks) => Chunks,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const chunks = transform(readAll(reader));
  let onAbort = (): void => {};
  const end = (): void => signal.removeEventListener('abort', onAbort);
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => controller.error(signal.reason);
        signal.addEventListener('abort', onAbort);
      },
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (signal.aborted) return;
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (error) {
          end();
          throw error;
        }
      },
      cancel() {
        end();
        chunks.return().catch(() => {});
        return reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* readAll(reader: BodyReader): Chunks {
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}
