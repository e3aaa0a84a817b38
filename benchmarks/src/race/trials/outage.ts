import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { describeExit, judgeBytes } from '../judge.ts';
import { type Resource, sendAsAsked } from '../servers/answers.ts';
import { OddServer } from '../servers/odd-server.ts';
import type { Trial } from '../trial.ts';
import { untilExit, Workplace } from '../workplace.ts';
import { bytesAgain, describeCost } from './cost.ts';

/** ms after which the server comes back for a contestant that has not given up */
const longest = 30_000;
const file = 'file.bin';

/**
 * The server goes away when a share of the body was sent. It comes back when the contestant has given up, and the same
 * command is given again; one that waits for it goes on by itself.
 * @param rate bytes per second of each connection
 */
export function outage(name: string, resource: Resource, share: number, rate: number): Trial {
  const size = resource.body.length;
  return {
    name,
    async run(contestant) {
      await using server = await OddServer.start((exchange) => sendAsAsked(exchange, resource, { rate }));
      await using workplace = await Workplace.open(contestant);
      const { url } = server;
      const command = contestant.command({ url, directory: workplace.directory, file, impatient: true });
      const first = workplace.start(command);
      const gaveUp = once(first, 'exit').then(() => true);
      await Promise.race([server.untilSent(share * size), gaveUp]);
      await server.goAway();
      const again = await Promise.race([gaveUp, wait(longest, false, { ref: false })]);
      await server.comeBack();
      const exitCode = again ? await workplace.run(command) : await untilExit(first);
      if (exitCode !== 0)
        return [{ verdict: { outcome: 'failed', detail: describeExit(exitCode), kept: false } }];
      const { outcome } = await judgeBytes(workplace.path(file), [resource.body]);
      const kept = outcome === 'whole' && bytesAgain(server, size) < size / 10;
      return [{ verdict: { outcome, detail: describeCost(server, size, again ? 2 : 1), kept } }];
    },
  };
}
