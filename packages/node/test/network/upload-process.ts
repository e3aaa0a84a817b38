import { type BackgroundFetchUpdateUIEvent, openBackgroundFetch } from '../../src/index.ts';

/** Uploads to a URL, or goes on with it, and prints how that ended. It can be killed at any time. */
const [directory = '', url = '', size = '0', uploads = 'ietf'] = process.argv.slice(2);
const engine = await openBackgroundFetch({ directory, uploads: uploads === 'tus' ? 'tus' : 'ietf' });
const ended = new Promise<object>((resolve) => {
  const tell = ({ registration }: BackgroundFetchUpdateUIEvent): void => {
    const { result, failureReason, uploaded } = registration;
    resolve({ result, failureReason, uploaded });
  };
  engine.addEventListener('backgroundfetchsuccess', tell);
  engine.addEventListener('backgroundfetchfail', tell);
});
if (!(await engine.backgroundFetch.get('upload'))) {
  const body = new Uint8Array(Number(size)).map((_, index) => (index * 31 + (index >> 8)) & 255);
  await engine.backgroundFetch.fetch('upload', new Request(url, { method: 'POST', body }));
}
process.stdout.write(`${JSON.stringify(await ended)}\n`);
await engine.close();
