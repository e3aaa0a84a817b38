import type { Contestant } from '../contestants.ts';
import { describeExit, judgeBytes } from '../judge.ts';
import { type Answer, OddServer } from '../servers/odd-server.ts';
import type { Attempted, Trial } from '../trial.ts';
import type { Verdict } from '../verdict.ts';
import { Workplace } from '../workplace.ts';
import { describeCost } from './cost.ts';

/** One way in which a server answers after it has cut a connection. */
export interface Way {
  readonly name?: string;
  /** Made anew for each contestant. */
  readonly answer: () => Answer;
  /** Bytes of the body as they travel. */
  readonly size: number;
  /** Contents with which the file is whole: a coded body may be kept as it came, or decoded. */
  readonly whole: readonly Uint8Array[];
}

/** How often the same command is given as long as it says that it failed. */
const mostRuns = 3;
const file = 'file.bin';

/**
 * The server cuts once, and answers what comes then in its own way.
 * @param makeWays called when the first contestant has its try
 */
export function afterACut(name: string, makeWays: () => readonly Way[]): Trial {
  let ways: readonly Way[] | undefined;
  return {
    name,
    async run(contestant) {
      const attempts: Attempted[] = [];
      ways ??= makeWays();
      for (const way of ways) {
        attempts.push({ ...(way.name && { way: way.name }), verdict: await tryWay(contestant, way) });
      }
      return attempts;
    },
  };
}

async function tryWay(contestant: Contestant, { answer, size, whole }: Way): Promise<Verdict> {
  await using server = await OddServer.start(answer());
  await using workplace = await Workplace.open(contestant);
  const command = contestant.command({ url: server.url, directory: workplace.directory, file });
  let runs = 0;
  let exitCode: number | null;
  do {
    runs++;
    exitCode = await workplace.run(command);
  } while (exitCode !== 0 && exitCode !== null && runs < mostRuns);
  if (exitCode !== 0) return { outcome: 'failed', detail: describeExit(exitCode), kept: false };
  const verdict = await judgeBytes(workplace.path(file), whole);
  const { outcome, detail } = verdict;
  const cost = describeCost(server, size, runs);
  return { outcome, detail: detail ? `${detail}; ${cost}` : cost, kept: outcome === 'whole' };
}
