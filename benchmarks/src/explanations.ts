import type { EngineName } from '@background-fetch/testing-engines';

type Aspect = 'cache.put' | 'native' | 'memory' | 'flat';

/** What profiling showed to be the reason where a target is missed. */
const explanations: Partial<Record<`${EngineName}, ${string}`, string>> = {};

export function explain(engine: EngineName, aspect: string, kind: 'one' | 'many'): string {
  return explanations[`${engine}, ${aspect as Aspect}, ${kind}`] ?? 'not looked into: met when last profiled';
}
