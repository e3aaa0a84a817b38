import { install } from 'background-fetch/ponyfill';
import { readInFlight, readPlain } from '../reading/timed-read.ts';
import { activated } from './activated.ts';

const worker = await navigator.serviceWorker.register('/service-worker.js', {
  scope: '/scope/',
  type: 'module',
});
await activated(worker);
install({ native: 'replace' });

export async function read(how: 'plain' | 'in flight', url: string): Promise<number[]> {
  const { href } = new URL(url, location.href);
  return how === 'plain' ? await readPlain(href) : await readInFlight(worker.backgroundFetch, href);
}
