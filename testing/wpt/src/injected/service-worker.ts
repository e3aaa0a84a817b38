import { install } from 'background-fetch/service-worker';

install({ native: 'replace' });
