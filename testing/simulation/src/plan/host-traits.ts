import type { EngineOptions } from '@background-fetch/core';
import type { Traits } from '../world/traits.ts';
import type { Draw, Happening } from './happening.ts';

/** What the host and its engine are like, where that is not the usual. */
export function drawHostTraits(draw: Draw): Happening[] {
  const happenings: Happening[] = [];
  const maybe = (probability: number, what: string, change: (traits: Traits) => void): void => {
    if (!draw.chance(probability)) return;
    happenings.push({ at: 0, what, happen: ({ world }) => change(world.traits) });
  };
  const engine = (change: Partial<EngineOptions>) => (traits: Traits) => {
    traits.engine = { ...traits.engine, ...change };
  };
  const store = (change: Traits['store']) => (traits: Traits) => {
    traits.store = { ...traits.store, ...change };
  };
  const connections = draw.integer(2, 3);
  maybe(0.4, `${connections} ranges are fetched at once`, engine({ connections }));
  maybe(0.2, 'one record transfers at a time', engine({ concurrency: 1 }));
  maybe(0.2, 'two checkpoints are written at once', engine({ checkpointsAtOnce: 2 }));
  maybe(0.2, 'every byte is a checkpoint', engine({ smallestCheckpoint: 1, checkpointSize: 50 }));
  const commitDelay = draw.pick([1, 20, 60]);
  maybe(0.3, `a commit takes ${commitDelay} ms`, store({ commitDelay }));
  maybe(0.25, 'bytes are staged', store({ stageDelay: draw.integer(1, 30) }));
  const listensAfter = draw.integer(1, 500);
  maybe(0.12, `workers listen after ${listensAfter} ms`, (traits) => (traits.listensAfter = listensAfter));
  if (draw.chance(0.35)) {
    happenings.push({
      at: 0,
      what: 'the host takes a cut for the end of a body',
      happen: ({ world }) => (world.network.signalsTruncation = false),
    });
  }
  return happenings;
}
