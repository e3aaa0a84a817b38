import { fullTitle, PostingReporter, Results } from './page-reporter.ts';
import { titleSeparator } from './protocol.ts';
import { closeContexts } from './support/contexts.ts';
import { host } from './support/host.ts';
import { onPageError, reportPageError } from './support/page-errors.ts';
import { closeScopes, noteFetches } from './support/scope.ts';

/** ms; runners in continuous integration have two slow cores */
const testTimeout = 30_000;

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
await import('./suites/index.ts');

beforeEach('note what runs', noteFetches);
afterEach('close what the test opened', async () => {
  closeContexts();
  await closeScopes();
});
if (host.after !== '') removeTestsUpTo(host.after);
setInterval(() => results.post({ type: 'alive' }), aliveInterval);
mocha.run();

/** Goes on after a test that ended the page. */
function removeTestsUpTo(title: string): void {
  const tests: Mocha.Test[] = [];
  mocha.suite.eachTest((test: Mocha.Test) => tests.push(test));
  const removed = new Set(tests.slice(0, tests.findIndex((test) => fullTitle(test) === title) + 1));
  mocha.suite.eachTest((test: Mocha.Test) => {
    const { parent } = test;
    if (parent) parent.tests = parent.tests.filter((one) => !removed.has(one));
  });
}
