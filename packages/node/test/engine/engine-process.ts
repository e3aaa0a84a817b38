import { openBackgroundFetch } from '../../src/index.ts';

/**
 * A process with an engine: `node engine-process.ts DIRECTORY [wait] [URL]`. It says a line of JSON for what happens,
 * and ends when its input does.
 */
const [directory = '', mode = '', url = ''] = process.argv.slice(2);
const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const engine = await openBackgroundFetch({ directory, wait: mode === 'wait' });
  say({ opened: process.pid });
  engine.addEventListener('backgroundfetchsuccess', (event) => say({ handled: event.registration.id }));
  if (url) {
    await engine.backgroundFetch.fetch('shared', url);
    say({ started: true });
  }
  process.stdin.resume();
  process.stdin.on('end', () => void engine.close().then(() => process.exit()));
} catch (error) {
  const { name, message, pid } = error as Error & { pid?: number };
  say({ refused: name, message, pid });
}
