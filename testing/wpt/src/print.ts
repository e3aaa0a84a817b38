import type { Print } from '@background-fetch/testing-command-line';
import type { Host } from './expected-failures.ts';
import type { Verdict } from './judge.ts';

/** One line, and below it the reason why it does not pass. */
export function printVerdict(print: Print, { title, asExpected, detail }: Verdict): void {
  print(`  ${asExpected ? (detail === '' ? '✓' : '✓ fails as expected:') : '✗'} ${title}`);
  if (detail !== '') print(`      ${detail.trim().replaceAll('\n', '\n      ')}`);
}

/** What a host came to: how many subtests passed, how many failed for the reasons listed, and how many otherwise. */
export function printTotals(print: Print, host: Host, verdicts: readonly Verdict[]): void {
  const passing = verdicts.filter(({ asExpected, detail }) => asExpected && detail === '').length;
  const expected = verdicts.filter(({ asExpected, detail }) => asExpected && detail !== '').length;
  const others = verdicts.length - passing - expected;
  print(
    `  ${host}: ${passing} pass, ${expected} fail as expected, ${others} come out otherwise than expected`,
  );
}
