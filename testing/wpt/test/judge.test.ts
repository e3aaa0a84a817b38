import { describe, expect, it } from 'vitest';
import { type ExpectedFailure, expectedWith, wholePage } from '../src/expected-failures.ts';
import { judge, unknownTo } from '../src/judge.ts';
import type { PageReport, Subtest } from '../src/page-report.ts';

const page = 'some.https.window.html';
const passes: Subtest = { name: 'it works', status: 'PASS', message: '' };
const fails: Subtest = { name: 'it fails', status: 'FAIL', message: 'expected 1 but got 2' };

const listed = (...subtests: string[]): ExpectedFailure[] => [
  { page, hosts: ['firefox'], reason: 'Firefox has no such thing', subtests },
];
const report = (...subtests: Subtest[]): PageReport => ({ page, trouble: '', subtests });

describe('judge', () => {
  it('takes what passes, and what fails as listed, for as expected, and says why the latter fails', () => {
    expect(judge(report(passes, fails), 'firefox', listed('it fails'))).toEqual([
      { title: `${page} › it works`, asExpected: true, detail: '' },
      { title: `${page} › it fails`, asExpected: true, detail: 'Firefox has no such thing' },
    ]);
  });

  it('does not take what is listed and passes for as expected', () => {
    expect(judge(report(passes), 'firefox', listed('it works'))).toEqual([
      {
        title: `${page} › it works`,
        asExpected: false,
        detail: 'passes, and was expected to fail: Firefox has no such thing',
      },
    ]);
  });

  it.each(['FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'] as const)(
    'does not take what is not listed and ends with %s for as expected',
    (status) => {
      const [verdict] = judge(report({ ...fails, status }), 'firefox', listed('something else'));
      expect(verdict).toEqual({
        title: `${page} › it fails`,
        asExpected: false,
        detail: `${status}: expected 1 but got 2`,
      });
    },
  );

  it('lists a failure only for the hosts and the page that are named', () => {
    const failures = listed('it fails');
    expect(judge(report(fails), 'webkit', failures)[0]?.asExpected).toBe(false);
    expect(judge({ ...report(fails), page: 'another.html' }, 'firefox', failures)[0]?.asExpected).toBe(false);
  });

  it('reports a page that did not come to its end beside those of its subtests that did', () => {
    const trouble = 'gave no report within 300 s';
    expect(judge({ ...report(passes), trouble }, 'firefox', [])).toEqual([
      { title: `${page} › it works`, asExpected: true, detail: '' },
      { title: page, asExpected: false, detail: trouble },
    ]);
    expect(judge({ ...report(passes), trouble }, 'firefox', [], () => false)).toHaveLength(1);
  });

  it('takes a page that does not come to its end for as expected only where that is listed', () => {
    const verdicts = judge({ ...report(), trouble: 'hangs' }, 'firefox', listed(wholePage));
    expect(verdicts).toEqual([{ title: page, asExpected: true, detail: 'Firefox has no such thing' }]);
  });

  it('leaves out the subtests that are not meant', () => {
    const isMeant = (title: string): boolean => title.includes('works');
    expect(judge(report(passes, fails), 'firefox', [], isMeant)).toHaveLength(1);
  });
});

describe('expectedWith', () => {
  const newer: ExpectedFailure = {
    ...(listed('it fails')[0] as ExpectedFailure),
    harness: { has: 'assert_new' },
  };
  const older: ExpectedFailure = { ...newer, harness: { lacks: 'assert_new' } };
  const any = listed('it was')[0] as ExpectedFailure;

  it('is what is listed for the testharness.js of the checkout', () => {
    expect(expectedWith('function assert_new() {}', [newer, older, any])).toEqual([newer, any]);
    expect(expectedWith('function assert_old() {}', [newer, older, any])).toEqual([older, any]);
  });
});

describe('unknownTo', () => {
  it('names what is listed for a page and a host, and does not exist there', () => {
    expect(unknownTo(report(passes), 'firefox', listed('it works', 'it was'))).toEqual([`${page} › it was`]);
    expect(unknownTo(report(passes), 'webkit', listed('it was'))).toEqual([]);
  });
});
