import type { Print } from '@background-fetch/testing-command-line';
import { nameOf, type Pass } from './command-line.ts';
import type { PassReport, Result } from './pass-report.ts';

const marks = { passed: '✓', failed: '✗', 'not-applicable': '–' };

export function printPass(print: Print, pass: Pass, version: string): void {
  print(`\n${nameOf(pass)} (${version})`);
  if (pass.suites === 'stored') {
    print(
      '  only what may depend on what its storage takes: the other suites are left to npm run conformance',
    );
  }
}

/** One line, and below it the error if there is one. */
export function printResult(print: Print, { title, outcome, detail, duration }: Result): void {
  const slow = duration > 1000 ? ` (${(duration / 1000).toFixed(1)} s)` : '';
  const reason = outcome === 'not-applicable' ? ` – not applicable: ${detail}` : '';
  print(`  ${marks[outcome]} ${title}${slow}${reason}`);
  if (outcome === 'failed') print(indent(detail));
}

/** What is to be said at the end of a pass; returns its counts, in which an error counts as a failure. */
export function printTotals(
  print: Print,
  pass: Pass,
  { results, errors }: PassReport,
): { passed: number; failed: number } {
  const of = (outcome: Result['outcome']): Result[] => results.filter((one) => one.outcome === outcome);
  const [passed, failed, notApplicable] = [of('passed'), of('failed'), of('not-applicable')];
  if (notApplicable.length > 0) print('  not applicable:');
  for (const { title, detail } of notApplicable) print(`    ${title}: ${detail}`);
  for (const error of errors) print(`  ✗ ${indent(error).trimStart()}`);
  print(
    `  ${nameOf(pass)}: ${passed.length} passed, ${failed.length} failed, ${notApplicable.length} not applicable` +
      `${errors.length > 0 ? `, ${errors.length} errors outside of tests` : ''}`,
  );
  return { passed: passed.length, failed: failed.length + errors.length };
}

function indent(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `      ${line.trim()}`)
    .join('\n');
}
