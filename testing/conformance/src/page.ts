import { fullTitle, PostingReporter, Results } from './page-reporter.ts';
import { titleSeparator } from './protocol.ts';
import { closeContexts } from './support/contexts.ts';
import { host } from './support/host.ts';
import { onPageError, reportPageError } from './support/page-errors.ts';
import { closeScopes, noteFetches } from './support/scope.ts';

/** ms; runners in continuous integration have two slow cores. Natively, what never happens is waited for often. */
const testTimeout = host.native ? 12_000 : 30_000;

/** ms */
const aliveInterval = 3000;

const results = new Results(host.results);
onPageError((detail) => results.post({ type: 'error', detail }));
addEventListener('error', ({ error, message }) => reportPageError(error ?? message, 'in the page'));
addEventListener('unhandledrejection', ({ reason }) => reportPageError(reason, 'in the page'));

// Mocha knows full titles with spaces between their parts.
const fgrep = host.grep.replaceAll(titleSeparator, ' ').replace(titleSeparator.trimEnd(), '');
mocha.setup({ ui: 'bdd', timeout: testTimeout, reporter: PostingReporter.for(results), fgrep });
if (!host.native) await import('background-fetch');
const suites = {
  behaviour: () => import('./suites/index.ts'),
  stored: () => import('./suites/stored.ts'),
  faults: () => import('./faults/suite.ts'),
};
await suites[host.suites]();

beforeEach('note what runs', noteFetches);
afterEach('close what the test opened', async () => {
  closeContexts();
  // Failing here would end the run.
  await closeScopes().catch((error) => reportPageError(error, 'while closing scopes'));
});
refuseEqualTitles();
setInterval(() => results.post({ type: 'alive' }), aliveInterval);
const last = host.native ? leaveOneSuite() : '';
mocha.run(() => results.post({ type: 'end', last }));

/**
 * Leaves the first suite that has something to run after `host.after`. The browser's own background fetches can't all be
 * ended by script, and those of one suite, with their connections, must not get in the way of the next.
 * Returns the title of its last test if there are further suites.
 */
function leaveOneSuite(): string {
  const { suites } = mocha.suite;
  const all = suites.flatMap(testsOf);
  const done = new Set(all.slice(0, all.findIndex((test) => fullTitle(test) === host.after) + 1));
  for (const { parent } of all) if (parent) parent.tests = parent.tests.filter((test) => !done.has(test));
  const left = suites.filter((suite) => testsOf(suite).some((test) => test.fullTitle().includes(fgrep)));
  mocha.suite.suites = left.slice(0, 1);
  const lastTest = left.slice(0, 1).flatMap(testsOf).at(-1);
  return left.length > 1 && lastTest ? fullTitle(lastTest) : '';
}

/** A title stands for its test in what is expected, and tells where another page goes on. */
function refuseEqualTitles(): void {
  const seen = new Set<string>();
  for (const title of testsOf(mocha.suite).map(fullTitle)) {
    if (seen.has(title))
      reportPageError(new Error(`Two behaviours are called "${title}"`), 'while loading the suites');
    seen.add(title);
  }
}

function testsOf(suite: Mocha.Suite): Mocha.Test[] {
  const tests: Mocha.Test[] = [];
  suite.eachTest((test: Mocha.Test) => tests.push(test));
  return tests;
}
