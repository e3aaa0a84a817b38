import { configure, install } from 'background-fetch/service-worker';

install({ native: 'replace' });
// Some subtests ask servers that are not there, and wait for the failure within the limits of testharness.js.
configure({ engine: { retry: { firstAnswer: 3_000 } } });
