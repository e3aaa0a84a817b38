import { startApp } from './service-worker/app.ts';

// For `?native`: the browser's own Background Fetch, to compare. Its responses come when all is complete.
startApp(false);
