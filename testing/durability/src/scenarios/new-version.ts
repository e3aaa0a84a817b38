import { deepStrictEqual, ok } from 'node:assert/strict';
import { download, expectNothingOwed, expectRead, start, untilSent } from '../download.ts';
import type { Circumstances, Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes, mebibyte } from '../transfer-account.ts';

/** What of four pieces of 4 MiB is under way when the next version takes over: each is stored as a whole or not. */
const mostAgain = 16 * mebibyte;

export const newVersionTakesOver: Scenario = {
  name: 'a new worker version takes over at once',
  everyTime: { engines: ['firefox'], because: 'the conformance suite replaces workers in each engine' },
  run: (circumstances) => replaceWorker(circumstances, true),
};

export const newVersionWaits: Scenario = {
  name: 'a new worker version waits, then the page is left',
  everyTime: { engines: ['chromium'], because: 'the conformance suite replaces workers in each engine' },
  run: (circumstances) => replaceWorker(circumstances, false),
};

function replaceWorker({ engine }: Circumstances, skipsWaiting: boolean): Promise<string> {
  return Session.use(engine, async (session) => {
    const { app } = session;
    const file = download('file', 40, 5);
    let page = await session.launch({ tabs: true });
    await start(session, page, 'file', file);
    await untilSent(session, file, 0.4);
    Object.assign(app.release, { version: 2, skipsWaiting });
    await session.run(page, 'await (await app).registration.update()');
    if (skipsWaiting) {
      await app.until('the new version active', () =>
        app.notes.some(({ kind, version }) => kind === 'activated' && version === 2),
      );
    } else {
      await app.until('the new version started', () => app.notes.some(({ version }) => version === 2));
      await session.close(page);
      page = await session.open();
    }
    await expectRead(session, 'file', file);
    await app.untilNote('handled', 'file');
    await expectNothingOwed(session, page, 'file');
    deepStrictEqual(app.count('success', 'file'), 1, 'The event comes once');

    const activated = app.notes.findIndex(({ kind, version }) => kind === 'activated' && version === 2);
    const delivered = app.notes.findIndex(({ kind, id }) => kind === 'success' && id === 'file');
    const active = activated >= 0 && activated < delivered ? 2 : 1;
    deepStrictEqual(app.notes[delivered]?.version, active, 'The event comes to the active version');
    const { again, requests } = session.account('file');
    const figures = `handled by version ${active}, ${requests} requests, again ${inMebibytes(again)} MiB`;
    ok(again <= mostAgain, `Too much was fetched twice: ${figures}`);
    return figures;
  });
}
