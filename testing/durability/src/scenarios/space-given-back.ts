import { download, expectRead, start, untilSent } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes, mebibyte } from '../transfer-account.ts';

const size = 40;

/** Only Chromium tells what its databases take, and keeps files for Blobs that nobody can reach. */
export const spaceGivenBack: Scenario = {
  name: 'the space of what was handled is given back while the worker lives, after a kill',
  engines: ['chromium'],
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = download('file', size, 10);
      const first = await session.launch();
      await start(session, first, 'cached:file', file);
      await untilSent(session, file, 0.5);
      await session.kill();
      const page = await session.launch();
      await expectRead(session, 'cached:file', file);
      await session.app.untilNote('handled', 'cached:file');
      const left = await session.run<number>(
        page,
        `const { registration } = await app;
        for (;;) {
          // an event keeps the worker from being ended, which would give back everything
          registration.active.postMessage({});
          const { usageDetails } = await navigator.storage.estimate();
          if (usageDetails.indexedDB < args[0]) return usageDetails.indexedDB;
          await new Promise((resolve) => setTimeout(resolve, 500));
        }`,
        (size / 4) * mebibyte,
      );
      return `${inMebibytes(left)} MiB of ${size} left`;
    }),
};
