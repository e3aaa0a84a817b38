import { ok } from 'node:assert/strict';
import { type Download, download, expectRead, start } from '../download.ts';
import type { Circumstances, Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes, mebibyte } from '../transfer-account.ts';

/** Bytes that one death may cost: four pieces of 4 MiB, of which each is fetched again as a whole at worst. */
const lostOfPieces = 16 * mebibyte;
/** With one range: one checkpoint that is being written, one that gathers. */
const lostOfOneRange = 8 * mebibyte;
/**
 * Bytes that a busy machine may hold between the server and the browser: the default limit of a Linux socket's send
 * buffer. The server's log counts them as sent.
 */
const inTransit = 4 * mebibyte;

export const killedWithParallelRanges: Scenario = {
  name: 'killed at random points, four ranges at a time',
  run: (circumstances) =>
    killAndRestart(circumstances, mostOf('file', 64, 8), lostOfPieces + inTransit, circumstances.rounds),
};

/** Without an ETag there is one range, and the bytes at the seam are compared. */
export const killedWithOneRange: Scenario = {
  name: 'killed at random points, one range, dated',
  everyTime: {
    engines: ['webkit'],
    because: 'each engine is killed with four ranges, and only WebKit has lost what was committed',
  },
  run: (circumstances) =>
    killAndRestart(
      circumstances,
      mostOf('file', 40, 3, '&etag=none'),
      lostOfOneRange + inTransit,
      Math.ceil(circumstances.rounds / 3),
    ),
};

/** Its last bytes are withheld until the last death: however long a kill takes, it comes before them. */
function mostOf(key: string, size: number, rate: number, faults = ''): Download {
  return download(key, size, rate, `&withhold=${Math.floor(size * mebibyte * 0.95)}${faults}`);
}

function killAndRestart(
  { engine, random }: Circumstances,
  file: Download,
  mostLost: number,
  rounds: number,
): Promise<string> {
  return Session.use(engine, async (session) => {
    const points = Array.from({ length: rounds }, () => random.integer(1, Math.floor(file.size * 0.9)));
    await start(session, await session.launch(), 'file', file);
    for (const point of points.sort((a, b) => a - b)) {
      await session.app.until(`byte ${point} sent, and a request since the last death`, () => {
        const { distinct, requestsSinceDeath } = session.account('file');
        return distinct >= point && requestsSinceDeath > 0;
      });
      await session.kill();
      if (point === points.at(-1)) await session.app.sendAs('file', { withhold: 'none' });
      await session.spawn();
    }
    await expectRead(session, 'file', file);
    await session.app.untilNote('handled', 'file');
    const { lost, again } = session.account('file');
    const figures = `killed at ${points.map(inMebibytes)} MiB; lost ${lost.map(inMebibytes)} MiB; again ${inMebibytes(again)} MiB`;
    ok(Math.max(...lost) <= mostLost, `A death cost too much: ${figures}`);
    return figures;
  });
}
