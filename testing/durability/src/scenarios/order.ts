import { deepStrictEqual } from 'node:assert/strict';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';

const fetches = 200;
const parallel = 8;
const patience = 120_000;

interface Observed {
  readonly early: readonly string[];
  readonly stale: readonly string[];
  readonly heard: Readonly<Record<string, number>>;
}

export const messagesAfterState: Scenario = {
  name: `no message of a success handler before the state, ${fetches} fetches and a busy page`,
  everyTime: { engines: ['chromium'], because: 'the core decides the order, which the simulation has, too' },
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const page = await session.launch();
      const observing = page.run<Observed>(
        `const { countEarlyMessages } = await import('/app/order.js');
         return await countEarlyMessages(await app, ...args);`,
        fetches,
        parallel,
      );
      const observed = await session.app.within('the end of all fetches', observing, patience);
      deepStrictEqual(observed.early, [], 'Messages came before the state');
      deepStrictEqual(observed.stale, [], 'Registrations never heard of their success');
      return JSON.stringify(observed.heard).replaceAll('"', '');
    }),
};
