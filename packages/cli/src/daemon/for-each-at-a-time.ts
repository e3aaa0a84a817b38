/** Does something with each item, with some of them at a time. Rejects with the first error, once all have let go. */
export async function forEachAtATime<T>(
  items: readonly T[],
  count: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      await work(items[index] as T, index);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
