import { PostingReporter, Results } from './page-reporter.ts';
import { closeContexts } from './support/contexts.ts';
import { host } from './support/host.ts';
import { onPageError, reportPageError } from './support/page-errors.ts';
import { closeScopes, noteFetches } from './support/scope.ts';

/** ms; runners in continuous integration have two slow cores */
const testTimeout = 30_000;

const results = new Results(host.results);
onPageError((detail) => results.post({ type: 'error', detail }));
addEventListener('error', ({ error, message }) => reportPageError(error ?? message, 'in the page'));
addEventListener('unhandledrejection', ({ reason }) => reportPageError(reason, 'in the page'));

mocha.setup({ ui: 'bdd', timeout: testTimeout, reporter: PostingReporter.for(results), fgrep: host.grep });
if (!host.native) await import('background-fetch');
await import('./suites/index.ts');

beforeEach('note what runs', noteFetches);
afterEach('close what the test opened', async () => {
  closeContexts();
  await closeScopes();
});
mocha.run();
