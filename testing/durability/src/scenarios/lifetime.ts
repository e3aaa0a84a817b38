import { deepStrictEqual, ok } from 'node:assert/strict';
import type { BrowserName } from '@background-fetch/testing-browsers';
import { download, expectRead, start } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes, mebibyte } from '../transfer-account.ts';

/** Seconds after which the engine ends a worker that lives on one event; with a page open, WebKit has no limit. */
const limits: Readonly<Record<BrowserName, number>> = { chromium: 300, firefox: 60, webkit: 60 };
const beyondLimit = 42;
/** How many a body comes over at most. */
const connections = 4;
/** MiB/s of each */
const rate = 1 / 8;
const handling = 90_000;

/** What is on its way when the request for everything is given up for ranges. */
const slack = mebibyte;

export const longDownload: Scenario = {
  name: 'a download longer than a worker may live on one event',
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const atLeast = limits[engine] + beyondLimit;
      const file = download('file', Math.ceil(atLeast * connections * rate), rate);
      const page = await session.launch();
      const begun = performance.now();
      await start(session, page, 'file', file);
      // it takes longer while fewer connections are in use
      await expectRead(session, 'file', file, { patience: 2 * atLeast * 1000 });
      const seconds = Math.round((performance.now() - begun) / 1000);
      const workers = session.app.notes.filter(({ kind }) => kind === 'started').length;
      const { again, requests } = session.account('file');
      const figures = `${seconds} s, ${requests} requests, ${workers} workers, again ${inMebibytes(again)} MiB`;
      ok(seconds > limits[engine], `Too fast to show anything: ${figures}`);
      ok(again <= slack, `Bytes were fetched twice: ${figures}`);
      return figures;
    }),
};

export const longHandler: Scenario = {
  name: `a handler that takes ${handling / 1000} s`,
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const { app } = session;
      const file = download('file', 1, 1000);
      const id = `slow:${handling}`;
      await start(session, await session.launch(), id, file);
      const begun = await app.untilNote('success', id);
      const handled = await app.untilNote('handled', id, { patience: handling + 60_000 });
      deepStrictEqual(
        handled.instance,
        begun.instance,
        'One worker handles the event from its begin to its end',
      );
      deepStrictEqual(app.count('success', id), 1, 'The event comes once');
      return 'handled once, by one worker';
    }),
};
