import type { Verdict } from './judge.ts';

export interface Totals {
  /** came out as expected */
  readonly passed: number;
  readonly failed: number;
}

export function totalsOf(verdicts: readonly Verdict[]): Totals {
  const passed = verdicts.filter(({ asExpected }) => asExpected).length;
  return { passed, failed: verdicts.length - passed };
}

/** 0 only if something was run, and all of it came out as expected. */
export function exitCodeOf({ passed, failed }: Totals): number {
  return failed === 0 && passed > 0 ? 0 : 1;
}
