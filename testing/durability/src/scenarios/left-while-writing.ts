import { deepStrictEqual } from 'node:assert/strict';
import { download, expectRead, start } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';

/** What a page does in the task in which it is left, by the name of what it does. */
const writers: Readonly<Record<string, string>> = {
  'starts a fetch': "registration.backgroundFetch.fetch(crypto.randomUUID(), '/r/small?size=10')",
  'starts many':
    "for (let i = 0; i < 20; i++) registration.backgroundFetch.fetch(crypto.randomUUID(), '/r/small?size=10')",
  'aborts one': 'held?.abort()',
  unregisters: 'registration.unregister()',
};

export const leftWhileWriting: Scenario = {
  name: 'a page that is left while it writes',
  everyTime: { engines: ['webkit'], because: 'only in WebKit does a page that is left hold up the database' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const { app } = session;
      let page = await session.launch();
      let round = 0;
      for (const writer of Object.values(writers)) {
        for (let turn = 0; turn < 2; turn++) {
          round++;
          // one of which nothing comes keeps a connection from those that follow
          if (/abort|unregister/.test(writer))
            await start(
              session,
              page,
              `aborted:${round}`,
              download(`held-${round}`, 1, 1000, '&withhold=1000'),
            );
          page = await session.navigate(page, {
            before: `const { registration } = await app;
              const held = await registration.backgroundFetch.get('aborted:${round}');
              ${writer}`,
          });
          const file = download(`file-${round}`, 1, 1000);
          await start(session, page, `file-${round}`, file);
          await expectRead(session, `file-${round}`, file);
          await app.untilNote('handled', `file-${round}`);
        }
      }
      return `${round} pages left, and none held up the next`;
    }),
};

export const leftAtFirstVisit: Scenario = {
  name: 'a page that is left while the database is made',
  everyTime: { engines: ['webkit'], because: 'only in WebKit does a page that is left hold up the database' },
  run: async ({ engine }) => {
    // where it holds up the database, it did so every second time
    const visits = engine === 'webkit' ? 6 : 1;
    for (let visit = 0; visit < visits; visit++) {
      await Session.use(engine, async (session) => {
        const name = await session.spawn({ file: 'first-visit.html' });
        const page = await session.app.control.waitForPage({ name: `${name}-next` });
        const file = download('file', 1, 1000);
        await start(session, page, 'file', file);
        await expectRead(session, 'file', file);
      });
    }
    return `${visits} first visits`;
  },
};

export const cameBackToAWrite: Scenario = {
  name: 'a page that is left while it starts a fetch, and come back to',
  everyTime: { engines: ['webkit'], because: 'only WebKit keeps the page as it was left' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      session.app.openGate();
      await session.spawn({ file: 'returning.html' });
      const { message = '' } = await session.app.untilNote('shown', 'file');
      if (message !== 'loaded again') deepStrictEqual(message, 'kept: begun');
      return message;
    }),
};

export const cameBackToAnUnregistering: Scenario = {
  name: 'a page that is left while it unregisters, and come back to when another registration lives',
  everyTime: {
    engines: ['firefox', 'webkit'],
    because: 'only WebKit keeps the page as it was left, and only Firefox has not left it at all',
  },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      await session.spawn({ file: 'unregistering.html' });
      const { message = '' } = await session.app.untilNote('shown', 'file');
      if (message !== 'loaded again') deepStrictEqual(message, 'kept: file');
      return message;
    }),
};
