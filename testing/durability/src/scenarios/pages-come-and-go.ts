import { deepStrictEqual, ok } from 'node:assert/strict';
import type { RemotePage } from '@background-fetch/testing-browsers';
import { download, ended, expectRead, look, start, untilSent } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes, mebibyte } from '../transfer-account.ts';

/** What is on its way when the request for everything is given up for ranges. */
const slack = 8 * mebibyte;
/** What a worker's death may cost: four pieces of 4 MiB. */
const mostLost = 16 * mebibyte;

/** What a page does whose registration leaves none behind. */
const registerInVain = `
  const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/elsewhere/' });
  await registration.unregister();`;

/** Its last bytes are withheld until a page has looked: however long that takes, it comes before them. */
const downloadOf = (size: number, rate: number) =>
  download('file', size, rate, `&withhold=${Math.floor(size * mebibyte * 0.95)}`);

export const tabReopened: Scenario = {
  name: 'the only tab closed and opened again',
  everyTime: { engines: ['webkit'], because: 'only WebKit ends the worker with its last tab' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = downloadOf(32, 5);
      const first = await session.launch({ tabs: true });
      await start(session, first, 'file', file);
      await untilSent(session, file, 0.3);
      await session.close(first);
      const second = await session.open();
      await expectToGoOn(session, second, file.size);
      await expectRead(session, 'file', file);
      return transferred(session);
    }),
};

export const navigated: Scenario = {
  name: 'the page left for another one of the app',
  everyTime: { engines: ['webkit'], because: 'only WebKit ends the worker with its last page' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = downloadOf(32, 5);
      const first = await session.launch();
      await start(session, first, 'file', file);
      await untilSent(session, file, 0.3);
      const second = await session.navigate(first);
      await expectToGoOn(session, second, file.size);
      await expectRead(session, 'file', file);
      return transferred(session);
    }),
};

export const cameBack: Scenario = {
  name: 'the page left, and come back to when all is over',
  everyTime: { engines: ['webkit'], because: 'only WebKit keeps the page as it was left' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = download('file', 8, 4);
      await session.spawn({ file: 'history.html' });
      await expectRead(session, 'file', file);
      await session.app.untilNote('handled', 'file');
      session.app.openGate();
      const { message = '' } = await session.app.untilNote('shown', 'file');
      // a page that was kept in the back/forward cache has heard of nothing meanwhile
      if (message !== 'loaded again') deepStrictEqual(message, `kept: success, ${file.size} bytes`);
      return `${message}; ${transferred(session)}`;
    }),
};

/**
 * A process that WebKit starts when all registrations of before are gone finds none for as long as it lives, those that it
 * makes itself included.
 */
export const registrationHidden: Scenario = {
  name: 'a tab to which getRegistration() may show nothing',
  everyTime: { engines: ['webkit'], because: 'only WebKit hides a registration' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = downloadOf(32, 5);
      const before = await session.launch({ tabs: true, file: 'bare.html' });
      await session.run(before, registerInVain);
      const first = await session.open();
      await start(session, first, 'file', file);
      await untilSent(session, file, 0.3);
      const second = await session.navigate(first);
      await expectToGoOn(session, second, file.size);
      await expectRead(session, 'file', file);
      const found = await session.run<boolean>(
        second,
        "return !!(await navigator.serviceWorker.getRegistration('/app/'))",
      );
      return `${found ? 'shown' : 'hidden'}; ${transferred(session)}`;
    }),
};

export const twoTabs: Scenario = {
  name: 'two tabs start the same fetch at once',
  everyTime: {
    engines: ['chromium'],
    because: 'a transaction decides, whose contract is checked in each engine',
  },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = downloadOf(32, 8);
      const tabs = [await session.launch({ tabs: true }), await session.open()];
      const results = await Promise.allSettled(tabs.map((tab) => start(session, tab, 'file', file)));
      const refusals = results
        .filter((result) => result.status === 'rejected')
        .map(({ reason }) => reason.name);
      deepStrictEqual(
        refusals,
        ['TypeError'],
        'One tab starts the fetch, the other is told that the id is taken',
      );
      for (const tab of tabs) ok(await look(session, tab, 'file'), 'Both tabs see the fetch');
      await session.app.sendRest('file');
      const ends = await Promise.all(tabs.map((tab) => ended(session, tab, 'file')));
      for (const { result } of ends) deepStrictEqual(result, 'success');
      await expectRead(session, 'file', file);
      await session.app.untilNote('handled', 'file');
      deepStrictEqual(session.app.count('success', 'file'), 1, 'One event is dispatched');
      const ranges = session.app.server.log.of('file').map(({ headers }) => headers.range ?? 'everything');
      deepStrictEqual(
        ranges.length,
        new Set(ranges).size,
        `A range was asked for twice: ${ranges.join(', ')}`,
      );
      return transferred(session);
    }),
};

/** The page finds the fetch where it was, and hears of its end. */
async function expectToGoOn(session: Session, page: RemotePage, size: number): Promise<void> {
  const found = await look(session, page, 'file');
  ok(found, 'The page that was opened sees the fetch');
  ok(found.downloaded > 0 && found.downloaded < size, `It is under way: ${found.downloaded} bytes are there`);
  await session.app.sendRest('file');
  const { result } = await ended(session, page, 'file');
  deepStrictEqual(result, 'success');
}

function transferred(session: Session): string {
  const { again, requests } = session.account('file');
  const workers = session.app.notes.filter(({ kind }) => kind === 'started').length;
  const figures = `${requests} requests, ${workers} workers, again ${inMebibytes(again)} MiB`;
  ok(again <= (workers - 1) * mostLost + slack, `Too much was fetched twice: ${figures}`);
  return figures;
}
