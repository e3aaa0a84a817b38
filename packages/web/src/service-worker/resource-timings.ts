/** The protocol of the last response of each origin, where the browser tells. */
const protocols = new Map<string, string>();
/** The last ones, the newest first. */
const entries: PerformanceResourceTiming[] = [];
/** The number of entries that are kept. */
const most = 64;
/** Functions that are called when there are more entries. */
const waiting = new Set<() => void>();
let observing = false;

/** ms for which an entry may come later than the end of its body; see docs/discoveries.md#which-cuts-of-a-body-are-told */
const longestDelay = 500;

/**
 * Watches how responses come. An observer hears of every one, and the browser's own list only of 250; clearing that would
 * take them from the app.
 */
export function watchResources(): void {
  if (observing || !globalThis.PerformanceObserver) return;
  observing = true;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      entries.unshift(entry);
      // the protocol is hidden from other origins without Timing-Allow-Origin
      if (entry.nextHopProtocol) protocols.set(new URL(entry.name).origin, entry.nextHopProtocol);
    }
    entries.splice(most);
    for (const look of waiting) look();
  }).observe({ type: 'resource' });
}

/** Browsers speak HTTP/2 and 3 over TLS only. */
export function mayBeMultiplexed(url: string): boolean {
  return !url.startsWith('http:');
}

/** Whether responses from there share one connection, undefined where the browser does not tell or none has ended. */
export function isMultiplexed(url: string): boolean | undefined {
  if (!mayBeMultiplexed(url)) return false;
  const { origin } = new URL(url);
  const known = protocols.get(origin);
  return known === undefined ? undefined : /^h[23]/.test(known);
}

/** A request whose body has ended. */
interface Ended {
  readonly url: string;
  /** The time at which the request was made, by `performance.now()`. */
  readonly since: number;
  /** bytes that came out of its stream */
  readonly decoded: number;
}

/**
 * The number of bytes of a body that came over the network before it was decoded; undefined where the browser does
 * not tell.
 */
export async function encodedSizeOf(ended: Ended): Promise<number | undefined> {
  const entry = find(ended) ?? (observing ? await waitFor(ended) : undefined);
  return entry?.encodedBodySize || undefined;
}

function find({ url, since, decoded }: Ended): PerformanceResourceTiming | undefined {
  const [name] = url.split('#');
  // sizes that are hidden are 0
  return entries.find(
    (entry) =>
      entry.name === name && entry.startTime >= since && [decoded, 0].includes(entry.decodedBodySize),
  );
}

function waitFor(ended: Ended): Promise<PerformanceResourceTiming | undefined> {
  return new Promise((resolve) => {
    const end = (entry?: PerformanceResourceTiming): void => {
      clearTimeout(timer);
      waiting.delete(look);
      resolve(entry);
    };
    const look = (): void => {
      const entry = find(ended);
      if (entry) end(entry);
    };
    const timer = setTimeout(end, longestDelay);
    waiting.add(look);
  });
}
