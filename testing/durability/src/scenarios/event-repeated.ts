import { deepStrictEqual, ok } from 'node:assert/strict';
import type { RemotePage } from '@background-fetch/testing-browsers';
import { download, expectNothingOwed, expectRead, start } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';

export const eventRepeated: Scenario = {
  name: 'killed after the last byte and while the event is handled',
  everyTime: {
    engines: ['chromium'],
    because: 'what is owed is a row, and each engine is killed while it writes rows',
  },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const { app } = session;
      const file = download('file', 8, 1000);
      const id = 'held:file';
      await start(session, await session.launch(), id, file);
      await app.until('the last byte sent', () => session.account('file').distinct === file.size);
      await session.kill();

      const before = app.count('read', id);
      await session.spawn();
      await expectRead(session, id, file, { skip: before });
      await session.kill();

      const events = app.count('read', id);
      const page = await session.launch();
      await expectRead(session, id, file, { skip: events });
      deepStrictEqual(app.count('handled', id), 0);
      app.openGate();
      await app.untilNote('handled', id);
      await untilReleased(session, page);
      const delivered = app.count('success', id);
      await expectNothingOwed(session, page, id);
      await session.kill();

      const last = await session.launch();
      await expectNothingOwed(session, last, id);
      deepStrictEqual(app.count('success', id), delivered);
      return `${delivered} deliveries`;
    }),
};

/** What was handled is released soon afterwards; a death before that may repeat the event. */
async function untilReleased(session: Session, page: RemotePage): Promise<void> {
  const left = await session.run<number>(
    page,
    `
    const app = await globalThis.app;
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline && (await app.countStored()) > 0);
    return app.countStored();
  `,
  );
  ok(left === 0, `${left} rows are left in the store after the event was handled`);
}
