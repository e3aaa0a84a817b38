import { describe, expect, it } from 'vitest';
import type { RawReport } from '../src/raw-report.ts';
import { awaitReport } from '../src/run-page.ts';

const page = 'some.https.window.html';
const never = new Promise<never>(() => {});
const raw: RawReport = {
  status: 0,
  message: '',
  implementation: 'polyfill',
  tests: [
    { name: 'it works', status: 0, message: '' },
    { name: 'it does not', status: 3, message: 'not now' },
  ],
};

const reported = (report: RawReport, host: 'firefox' | 'chromium, native' = 'firefox') =>
  awaitReport(page, host, { report: Promise.resolve(report), ended: never, patience: 100_000 });

describe('what a page comes to', () => {
  it('is what it reports', async () => {
    expect(await reported(raw)).toEqual({
      page,
      trouble: '',
      subtests: [
        { name: 'it works', status: 'PASS', message: '' },
        { name: 'it does not', status: 'NOTRUN', message: 'not now' },
      ],
    });
  });

  it('is a failure of the page as a whole if it never completes', async () => {
    const report = await awaitReport(page, 'firefox', { report: never, ended: never, patience: 10 });
    expect(report).toEqual({
      page,
      trouble: 'gave no report within 0.01 s; its browser was killed',
      subtests: [],
    });
  });

  it('is a failure of the page as a whole if its browser dies', async () => {
    const ended = Promise.reject(new Error('firefox ended (SIGSEGV)'));
    const report = await awaitReport(page, 'firefox', { report: never, ended, patience: 100_000 });
    expect(report.trouble).toBe('lost its browser: firefox ended (SIGSEGV)');
  });

  it.each([
    [{ ...raw, status: 2, message: 'too long' }, 'did not come to its end: TIMEOUT: too long'],
    [{ ...raw, status: 1, message: 'threw' }, 'did not come to its end: ERROR: threw'],
    [{ ...raw, tests: [] }, 'has no subtests'],
    [{ ...raw, implementation: 'native' }, 'tested another implementation: native'],
    [{ ...raw, implementation: 'none' }, 'tested another implementation: none'],
  ] as const)('is a failure of the page as a whole for %j', async (report, trouble) => {
    expect((await reported(report)).trouble).toBe(trouble);
  });

  it('is of another implementation where the polyfill is tested for the native one', async () => {
    expect((await reported(raw, 'chromium, native')).trouble).toBe('tested another implementation: polyfill');
  });
});
