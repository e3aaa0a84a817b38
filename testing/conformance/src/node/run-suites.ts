// The process that stands for the page.
import './location.ts';
import Mocha from 'mocha';
import { PostingReporter, Results } from '../page-reporter.ts';
import { titleSeparator } from '../protocol.ts';
import { setEnvironment } from '../support/environment.ts';
import { host } from '../support/host.ts';
import { onPageError, reportPageError } from '../support/page-errors.ts';
import { closeScopes } from '../support/scope.ts';
import { becomeWindow, nodeEnvironment } from './environment.ts';

/** ms */
const testTimeout = 30_000;
const aliveInterval = 3000;

const results = new Results(host.results);
onPageError((detail) => results.post({ type: 'error', detail }));
setEnvironment(nodeEnvironment);
becomeWindow();
const mocha = new Mocha({
  ui: 'bdd',
  timeout: testTimeout,
  reporter: PostingReporter.for(results),
  fgrep: host.grep.replaceAll(titleSeparator, ' ').replace(titleSeparator.trimEnd(), ''),
});
mocha.suite.emit('pre-require', globalThis, '', mocha);
if (host.suites === 'faults') await import('../faults/suite.ts');
else await import('../suites/index.ts');
afterEach('close what the test opened', () =>
  closeScopes().catch((error) => reportPageError(error, 'while closing scopes')),
);
const alive = setInterval(() => results.post({ type: 'alive' }), aliveInterval);
mocha.run(() => {
  clearInterval(alive);
  results.post({ type: 'end', last: '' });
});
