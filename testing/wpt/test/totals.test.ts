import { describe, expect, it } from 'vitest';
import type { ExpectedFailure } from '../src/expected-failures.ts';
import { judge } from '../src/judge.ts';
import type { PageReport } from '../src/page-report.ts';
import { exitCodeOf, totalsOf } from '../src/totals.ts';

const listed: ExpectedFailure[] = [{ page: 'p', hosts: ['webkit'], reason: 'why', subtests: ['listed'] }];

function exitCode(report: Partial<PageReport>): number {
  const page: PageReport = { page: 'p', trouble: '', subtests: [], ...report };
  return exitCodeOf(totalsOf(judge(page, 'webkit', listed)));
}

describe('the exit code of a run', () => {
  const other = { name: 'other', status: 'PASS', message: '' } as const;
  const failing = { name: 'listed', status: 'FAIL', message: 'as ever' } as const;

  it('is 0 if every subtest has its expected result', () => {
    expect(exitCode({ subtests: [other, failing] })).toBe(0);
  });

  it('is 1 for an unexpected pass', () => {
    expect(exitCode({ subtests: [other, { ...failing, status: 'PASS' }] })).toBe(1);
  });

  it('is 1 for an unexpected failure', () => {
    expect(exitCode({ subtests: [{ ...other, status: 'FAIL' }, failing] })).toBe(1);
  });

  it('is 1 for a page that gave no report', () => {
    expect(exitCode({ subtests: [other], trouble: 'gave no report within 300 s' })).toBe(1);
  });

  it('is 1 if nothing was run', () => {
    expect(exitCode({})).toBe(1);
  });
});
