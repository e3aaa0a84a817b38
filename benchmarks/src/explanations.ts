import type { EngineName } from '@background-fetch/testing-engines';

type Aspect = 'cache.put' | 'native' | 'memory' | 'flat';
type Kind = 'one' | 'many';

const chromiumStore =
  'IndexedDB alone, without a network, wrote Blobs of 4 MiB at 140 MB/s with one in each strict transaction, at 190 ' +
  'with two or four, and at 185 relaxed, so that flushing is not all of it; making the Blobs alone reached 350';

/**
 * What was measured about a target that was missed, on the machine of docs/benchmarks.md and in experiments of their
 * own. It stands beside a miss as what is known, and does not prove that today's miss has the same reason.
 */
const findings: Partial<Record<`${EngineName}, ${Aspect}, ${Kind}`, string>> = {
  'chromium, cache.put, one': chromiumStore,
  'chromium, native, one': chromiumStore,
  'firefox, cache.put, one':
    'ranges read in chunks and written to IndexedDB in strict transactions reached 160–170 MB/s without the engine, ' +
    'ranges that are only drained 330',
};

export function explain(engine: EngineName, aspect: Aspect, kind: Kind): string {
  return findings[`${engine}, ${aspect}, ${kind}`] ?? 'the reason is not known: not profiled';
}
