import { describeExit, judgeBytes } from '../judge.ts';
import { limitConnections, type Refusal, type Resource } from '../servers/answers.ts';
import { OddServer } from '../servers/odd-server.ts';
import type { Trial } from '../trial.ts';
import { Workplace } from '../workplace.ts';
import { describeRequests } from './cost.ts';

const file = 'file.bin';
/** Of the time that the best number of connections takes. */
const longest = 1.5;
const mostRequests = 40;

/** The server answers so many requests at a time, each at `rate` bytes per second, and refuses further ones at once. */
export function fewConnections(resource: Resource, limit: number, rate: number, refusal: Refusal): Trial {
  const best = resource.body.length / (limit * rate);
  return {
    name: `${limit} at a time, ${refusal} (best: ${best} s)`,
    async run(contestant) {
      await using server = await OddServer.start(limitConnections(resource, limit, rate, refusal));
      await using workplace = await Workplace.open(contestant);
      const { url } = server;
      const exitCode = await workplace.run(contestant.command({ url, directory: workplace.directory, file }));
      const seconds = (performance.now() - server.began) / 1000;
      const cost = `${seconds.toFixed(1)} s, ${describeRequests(server)}`;
      if (exitCode !== 0) {
        const detail = `${describeExit(exitCode)}; ${cost}`;
        return [{ verdict: { outcome: 'failed', detail, kept: false } }];
      }
      const { outcome } = await judgeBytes(workplace.path(file), [resource.body]);
      const kept = outcome === 'whole' && seconds <= longest * best && server.requests < mostRequests;
      return [{ verdict: { outcome, detail: cost, kept } }];
    },
  };
}
