/** By origin: how its last response came, where the browser tells. */
const protocols = new Map<string, string>();
let observing = false;

/**
 * Watches how responses come. An observer hears of every one and keeps nothing: the browser's own list of them ends
 * after 250, and clearing it would take them from the app.
 */
export function watchProtocols(): void {
  if (observing || !globalThis.PerformanceObserver) return;
  observing = true;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      // hidden from other origins without Timing-Allow-Origin
      if (entry.nextHopProtocol) protocols.set(new URL(entry.name).origin, entry.nextHopProtocol);
    }
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
