import { type BackgroundFetchRegistration, mayBeExposed, recordObjectOf } from '@background-fetch/core';
import type { Draw, Happening, Menu } from '../plan/happening.ts';
import type { Manner } from '../simulation/handling.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Context } from '../world/context.ts';
import { Reading } from '../world/reading.ts';

/** Reads the responses of all records, one after the other. */
export async function readAll(
  simulation: Simulation,
  context: Context,
  registration: BackgroundFetchRegistration,
  manner: Manner,
): Promise<void> {
  for (const record of await registration.matchAll()) {
    const response = await record.responseReady.catch(() => null);
    const stored = recordObjectOf(record).record;
    if (response) {
      const complete = stored.state === 'settled' && mayBeExposed(stored);
      const reading = new Reading(stored.fetch, stored.index, record.request, response, complete);
      await read(simulation, context, reading, manner);
    }
  }
}

async function read(
  { world, happened }: Simulation,
  context: Context,
  reading: Reading,
  { pace, enough }: Manner,
): Promise<void> {
  const reader = reading.response.body?.getReader();
  while (reader && reading.end === null) {
    const chunk = await reader.read().catch(() => null);
    if (chunk?.value) reading.bytes = Buffer.concat([reading.bytes, chunk.value]);
    if (!chunk) reading.end = 'failed';
    else if (chunk.done) reading.end = 'closed';
    else if (enough !== null && reading.bytes.length >= enough) {
      reading.end = 'cancelled';
      await reader.cancel();
      happened('reader cancels');
    }
    world.tell('read', reading, context);
    await context.whileAlive(world.clock.wait(pace));
  }
}

export function drawManner(draw: Draw): Manner {
  return { pace: draw.pick([0, 5, 50, 700]), enough: draw.chance(0.25) ? draw.integer(0, 500) : null };
}

function drawReading(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  const manner = drawManner(draw);
  const { pace, enough } = manner;
  return {
    at: draw.moment(),
    what: `a page reads "${id}", each ${pace} ms${enough === null ? '' : `, until it has ${enough} bytes`}`,
    happen: (simulation) => {
      const held = simulation.someHeld(id, 1)[0];
      if (!held) return;
      void simulation.call(`reading "${id}"`, held.context, () =>
        readAll(simulation, held.context, held.registration, manner),
      );
      simulation.happened('reading');
    },
  };
}

export const readers: Menu = [[1, drawReading]];
