import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import type { SeededRandom } from '@background-fetch/testing-simulation';
import { requireEachEvent, requireFewAgain, requireOneVersion } from './judge.ts';
import { type Death, type Life, live } from './life.ts';
import { allFaults, pick, planFetches } from './plan.ts';
import type { Figures } from './round.ts';

const points = ['write', 'sync', 'synced', 'commit', 'log', 'unlink'] as const;

/** @param size bytes of all files: a death that waits for more would rarely come */
function planDeath(random: SeededRandom, size: number): Death {
  const how = random.next();
  if (how < 0.5) return { at: 'write', point: pick(random, points), count: random.integer(1, 4) };
  if (how < 0.85) return { at: 'bytes', bytes: random.integer(0, Math.floor(size / 3)) };
  return { at: 'time', ms: random.integer(200, 1500) };
}

/** Kills a process that embeds the engine, again and again, and lets the last one come to the end. */
export async function killTheEmbedding(
  performer: string,
  server: FaultServer,
  random: SeededRandom,
  prefix: string,
  directory: string,
): Promise<Figures> {
  const store = join(directory, 'store');
  const saved = join(directory, 'saved');
  await mkdir(saved);
  const planned = planFetches(random, prefix, allFaults);
  const size = planned.flatMap(({ files }) => files).reduce((sum, file) => sum + file.size, 0);
  const connections = pick(random, [1, 4]);
  const fetches = planned.map(({ id, files }) => ({
    id,
    urls: files.map(({ key, parameters }) => `${server.origin}/r/${key}?${parameters}`),
  }));
  const lives: Life[] = [];
  const deaths: number[] = [];
  const isAccepted = ({ id }: { id: string }): boolean =>
    lives.some(({ said }) =>
      said.some((line) =>
        line.what === 'found' ? line.ids.includes(id) : line.what !== 'closed' && line.id === id,
      ),
    );
  const next = async (death: Death | null, untilFreed = false): Promise<Life> => {
    const left = fetches.filter((fetch) => !isAccepted(fetch));
    const life = await live(
      performer,
      server,
      { directory: store, saved, connections, fetches: left, untilFreed },
      death,
    );
    lives.push(life);
    if (life.killed) deaths.push(server.log.entries.at(-1)?.id ?? 0);
    return life;
  };
  for (let kills = random.integer(1, 4); kills > 0; kills--) await next(planDeath(random, size));
  await next(null);
  // one more, which finds nothing to do: what was handled is gone, and its bytes are freed
  await next(null, true);

  requireEachEvent(planned, lives);
  let mostAgain = 0;
  for (const { id, files } of planned) {
    for (const [index, file] of files.entries()) {
      await requireOneVersion(join(saved, `${id}-${index}`), file);
      if (!file.continuable) continue;
      mostAgain = Math.max(mostAgain, requireFewAgain(file, server.log.of(file.key), deaths, connections));
    }
  }
  const left = await readdir(join(store, 'bodies'));
  if (left.length > 0) throw new Error(`The store has kept ${left.join(', ')} of fetches that are handled`);
  return { kills: deaths.length, files: planned.flatMap(({ files }) => files).length, mostAgain };
}
