import { ok } from 'node:assert/strict';
import type { RemotePage } from '@background-fetch/testing-browsers';
import { type Download, download, expectRead, start, untilSent } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes, mebibyte } from '../transfer-account.ts';

/** Four pieces of 4 MiB. */
const mostLost = 16 * mebibyte;

/** Each engine has its own way to lose a worker while the browser lives. */
export const workerStopped: Scenario = {
  name: 'the worker stopped by the browser',
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      // over four connections it takes longer than an idle worker lives
      const file = download('file', 48, 0.5);
      // Firefox stops a worker some time after its last event: less than the 30 s and 30 s of a user's
      if (engine === 'firefox') {
        await session.prefer({
          'dom.serviceWorkers.idle_timeout': 12_000,
          'dom.serviceWorkers.idle_extended_timeout': 1000,
        });
      }
      const page = await session.launch({ tabs: engine === 'webkit', devtools: engine === 'chromium' });
      await start(session, page, 'file', file);
      await untilSent(session, file, 0.1);
      await stopWorker(session, page, file);
      await expectRead(session, 'file', file, { patience: 120_000 });
      const { lost } = session.account('file');
      const figures = `lost ${lost.map(inMebibytes)} MiB`;
      ok(Math.max(...lost) <= mostLost, `Too much was lost: ${figures}`);
      return figures;
    }),
};

async function stopWorker(session: Session, page: RemotePage, file: Download): Promise<void> {
  const { app, engine } = session;
  const isStopped = (): boolean => {
    const requests = app.server.log.of(file.key);
    // between two ranges there may be no request, but none of those was given up
    const givenUp = requests.some(({ range, finished }) => range && finished === 'aborted-by-client');
    return givenUp && requests.every(({ finished }) => finished !== null);
  };
  const started = app.notes.filter(({ kind }) => kind === 'started').length;
  // with the worker its requests end
  const untilStopped = () => app.until('the end of the worker', isStopped, 120_000);
  if (engine === 'chromium') {
    await stopAllWorkers(session.browser.devtoolsUrl);
    await untilStopped();
    session.markDeath();
  } else if (engine === 'firefox') {
    // a page that knows of no background fetch sends no pings
    const bare = await session.navigate(page, { file: 'bare.html' });
    await untilStopped();
    session.markDeath();
    await session.run(bare, 'await import("/app/page.js")');
  } else {
    // with its last client the worker goes
    await session.close(page);
    await untilStopped();
    session.markDeath();
    await session.open();
  }
  // from here on the server may be as fast as it likes
  await app.sendAs(file.key, { rate: 2 ** 30 });
  await app.until(
    'another start of the worker',
    () => app.notes.filter(({ kind }) => kind === 'started').length > started,
  );
}

async function stopAllWorkers(devtoolsUrl: string | undefined): Promise<void> {
  if (!devtoolsUrl) throw new Error('Chromium was launched without devtools');
  // most of what a run would load, for this alone
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.connect({
    browserWSEndpoint: devtoolsUrl,
    // a worker that DevTools are attached to is never stopped
    targetFilter: (target) => target.type() !== 'service_worker',
  });
  try {
    const [page] = await browser.pages();
    const devtools = await page?.createCDPSession();
    await devtools?.send('ServiceWorker.enable');
    await devtools?.send('ServiceWorker.stopAllWorkers');
  } finally {
    await browser.disconnect();
  }
}
