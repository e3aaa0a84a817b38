import type { EngineName } from '@background-fetch/testing-engines';

type Aspect = 'cache.put' | 'native' | 'memory' | 'flat';
type Kind = 'one' | 'many';

const chromiumStore =
  'the store is the limit: bytes go from the worker through Blobs (350 MB/s alone) into durable transactions ' +
  '(140 MB/s with one Blob of 4 MiB in each, 190 with two, 250 at best with four), while its rivals hand the ' +
  'response over inside the browser and flush nothing. More connections fill transactions better: with 4 instead ' +
  'of 2 a third faster, with twice as many bytes at stake. Blobs by `response.blob()` for each range reached ' +
  '290 MB/s, but lose a range that is cut';
const smallTransactions =
  'each small record costs three requests to the database beside its fetch; what waits shares one transaction';
const garbage =
  'chunks that were written wait for a garbage collection, as those of a drained body do, whose peak rises, too';

/** What profiling showed to be the reason where a target is missed. */
const explanations: Partial<Record<`${EngineName}, ${Aspect}, ${Kind}`, string>> = {
  'chromium, cache.put, one': chromiumStore,
  'chromium, native, one': chromiumStore,
  'chromium, cache.put, many': smallTransactions,
  'chromium, memory, one': garbage,
  'chromium, flat, one': garbage,
  'firefox, cache.put, one':
    'the store is the limit: 160 MB/s strict from chunks; 240 by `response.blob()`, which loses a range that is cut',
  'firefox, cache.put, many': smallTransactions,
  'firefox, memory, one': garbage,
  'firefox, flat, one': garbage,
  'webkit, cache.put, one': 'the machine was busy: `cache.put` usually reaches less than half of this speed',
  'webkit, cache.put, many': smallTransactions,
  'webkit, memory, one':
    'its fetch has no back-pressure, so that draining peaks where the page is slow to read, and is low where it ' +
    'keeps up; ranges bound what is in flight, and their chunks wait for a garbage collection',
  'webkit, flat, one': garbage,
};

export function explain(engine: EngineName, aspect: Aspect, kind: Kind): string {
  return explanations[`${engine}, ${aspect}, ${kind}`] ?? 'not looked into';
}
