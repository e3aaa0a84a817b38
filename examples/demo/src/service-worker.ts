import { install } from 'background-fetch/service-worker';
import { startApp } from './service-worker/app.ts';

// In Chromium too: there, the browser's own API neither streams nor resumes.
install({ native: 'replace' });
startApp(true);
