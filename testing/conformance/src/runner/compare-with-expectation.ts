import type { Print } from '@background-fetch/testing-command-line';
import { nativeFailures } from '../native-failures.ts';
import type { PassReport, Result } from './pass-report.ts';

/**
 * The report of a native run with expected failures as successes, and as failures the expected ones that did not
 * fail. Prints what native fails, with the reason.
 */
export function compareWithExpectation(print: Print, report: PassReport, grep: string): PassReport {
  const results = report.results.map((result): Result => {
    const reason = nativeFailures[result.title];
    if (reason === undefined || result.outcome === 'not-applicable') return result;
    if (result.outcome === 'failed') return { ...result, outcome: 'passed' };
    return { ...result, outcome: 'failed', detail: `expected to fail natively (${reason}), and passed` };
  });
  print('  what native fails:');
  for (const { title, outcome } of report.results) {
    if (outcome === 'failed')
      print(`    ${title}: ${nativeFailures[title] ?? 'NOT LISTED in native-failures.ts'}`);
  }
  const ran = new Set(report.results.map(({ title }) => title));
  const stale = Object.keys(nativeFailures).filter((title) => !ran.has(title) && title.includes(grep));
  const errors = stale.map((title) => `native-failures.ts lists a behaviour that does not exist: ${title}`);
  for (const result of results) {
    if (result.detail.startsWith('expected to fail')) errors.push(`${result.title}: ${result.detail}`);
  }
  return {
    results: results.filter(({ detail }) => !detail.startsWith('expected to fail')),
    errors: [...report.errors, ...errors],
  };
}
