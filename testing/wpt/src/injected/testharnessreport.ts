import { type RawReport, reportPath } from '../raw-report.ts';

// What testharness.js defines, and this script, which every page of the suite loads after it, is there for.
declare function setup(properties: { timeout_multiplier: number; output: boolean }): void;
declare function add_completion_callback(
  callback: (tests: readonly HarnessTest[], harness: { status: number; message: string | null }) => void,
): void;

/** Served in front of this script: a browser that was given up may have a last word. */
declare const backgroundFetchRun: number;

interface HarnessTest {
  readonly name: string;
  readonly status: number;
  readonly message: string | null;
}

// The suite's limits are for its own machines; ours may be busy.
setup({ timeout_multiplier: 4, output: false });

add_completion_callback((tests, { status, message }) => {
  send({
    status,
    message: message ?? '',
    implementation: implementation(),
    tests: tests.map((test) => ({ name: test.name, status: test.status, message: test.message ?? '' })),
  });
});

/** By a form, which no `connect-src` of a test forbids; the answer has no content, so that the page stays. */
function send(report: RawReport): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = `${reportPath}${backgroundFetchRun}`;
  const text = document.createElement('textarea');
  text.name = 'report';
  text.value = JSON.stringify(report);
  form.append(text);
  document.documentElement.append(form);
  form.submit();
}

function implementation(): RawReport['implementation'] {
  if (Symbol.for('background-fetch.installed') in globalThis) return 'polyfill';
  return 'BackgroundFetchManager' in globalThis ? 'native' : 'none';
}
