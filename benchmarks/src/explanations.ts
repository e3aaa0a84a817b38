import type { BrowserName } from '@background-fetch/testing-browsers';

type Aspect = 'cache.put' | 'native' | 'memory' | 'flat';
type Kind = 'one' | 'many';

const chromiumStore =
  'IndexedDB alone, without a network, wrote Blobs of 4 MiB at 140 MB/s with one in each strict transaction, at 190 ' +
  'with two or four, and at 185 relaxed, so that flushing is not all of it; making the Blobs alone reached 350';

/**
 * What was measured about a target that was missed, on the machine of docs/benchmarks.md and in experiments of their
 * own. It stands beside a miss as what is known, and does not prove that today's miss has the same reason.
 */
const findings: Partial<Record<`${BrowserName}, ${Aspect}, ${Kind}`, string>> = {
  'chromium, cache.put, one': chromiumStore,
  'chromium, native, one': chromiumStore,
  'firefox, cache.put, one':
    'ranges read in chunks and written to IndexedDB in strict transactions reached 160–170 MB/s without the engine, ' +
    'ranges that are only drained 330',
  'webkit, cache.put, many':
    'every question to IndexedDB goes to another process and back: since the rows of a transaction are asked for ' +
    'together, 1000 bodies take 1030 ms in the place of 1350; with 12 records at a time in the place of 6 they took ' +
    '820; relaxed transactions, or fewer of them, changed nothing; cache.put itself varied from 970 to 1220 ms',
};

export function explain(engine: BrowserName, aspect: Aspect, kind: Kind): string {
  return findings[`${engine}, ${aspect}, ${kind}`] ?? 'the reason is not known: not profiled';
}
