import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';

/** Firefox forbids BroadcastChannel, too, where cookies are blocked. */
export const storageBlocked: Scenario = {
  name: 'an app starts although all storage of its site is blocked',
  engines: ['firefox'],
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      await session.prefer({ 'network.cookie.cookieBehavior': 2 });
      await session.spawn({ file: 'blocked.html' });
      const { message = '' } = await session.app.untilNote('shown', 'imported');
      return message;
    }),
};
