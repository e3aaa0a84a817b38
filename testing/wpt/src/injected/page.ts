import { install } from 'background-fetch/ponyfill';

install({ native: 'replace' });
