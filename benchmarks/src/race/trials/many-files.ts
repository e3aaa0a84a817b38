import { writeFile } from 'node:fs/promises';
import { describeExit, judgeBytes } from '../judge.ts';
import { type Resource, resetAtRequest, sendAsAsked } from '../servers/answers.ts';
import { OddServer } from '../servers/odd-server.ts';
import type { Trial } from '../trial.ts';
import { Workplace } from '../workplace.ts';
import { describeRequests } from './cost.ts';

/** ms; wget waits a second after each connection that was reset */
const patience = 180_000;

/** Many files from a server that resets each connection when its nth request comes. */
export function manyFiles(resource: Resource, count: number, nth: number): Trial {
  return {
    name: `${count} files, reset at request ${nth} of each connection`,
    async run(contestant) {
      const answer = resetAtRequest(nth, (exchange) => sendAsAsked(exchange, resource));
      await using server = await OddServer.start(answer);
      await using workplace = await Workplace.open(contestant);
      const names = Array.from({ length: count }, (_, i) => `${i}.bin`);
      const urls = names.map((name) => new URL(name, server.url).href);
      const list = workplace.path('list');
      await writeFile(list, `${urls.join('\n')}\n`);
      await writeFile(`${list}.curl`, urls.map((url) => `url = ${url}\n`).join(''));
      const exitCode = await workplace.run(
        contestant.commandForList({ list, directory: workplace.directory }),
        patience,
      );
      const judged = names.map((name) => judgeBytes(workplace.path(name), [resource.body]));
      const right = (await Promise.all(judged)).filter(({ outcome }) => outcome === 'whole').length;
      const kept = exitCode === 0 && right === count;
      const how = `${right} of ${count} files, ${describeRequests(server)}`;
      const detail = exitCode === 0 ? how : `${describeExit(exitCode)}; ${how}`;
      const outcome = kept ? 'whole' : exitCode === 0 ? 'TRUNCATED' : 'failed';
      return [{ verdict: { outcome, detail, kept } }];
    },
  };
}
