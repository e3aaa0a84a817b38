import {
  type BackgroundFetchRecord,
  type BackgroundFetchRegistration,
  mayBeExposed,
  recordObjectOf,
} from '@background-fetch/core';
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
    const reading = await ask(record);
    if (reading) await read(simulation, context, reading, manner);
  }
}

/** Asks for some responses, does other things for a while, and then reads those alone. */
async function readLater(
  simulation: Simulation,
  context: Context,
  registration: BackgroundFetchRegistration,
  count: number,
  delay: number,
): Promise<void> {
  const readings: (Reading | null)[] = [];
  for (const record of (await registration.matchAll()).slice(0, count)) readings.push(await ask(record));
  await context.whileAlive(simulation.world.clock.wait(delay));
  for (const reading of readings)
    if (reading) await read(simulation, context, reading, { pace: 0, enough: null });
}

async function ask(record: BackgroundFetchRecord): Promise<Reading | null> {
  const response = await record.responseReady.catch(() => null);
  const stored = recordObjectOf(record).record;
  const complete = stored.state === 'settled' && mayBeExposed(stored);
  return response && new Reading(stored.fetch, stored.index, record.request, response, complete);
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

function drawReadingLater(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  const count = draw.integer(0, 2);
  const delay = draw.pick([1000, 50_000, 400_000]);
  return {
    at: draw.moment(),
    what: `a page takes ${count} responses of "${id}", and reads them ${delay} ms later`,
    happen: (simulation) => {
      const held = simulation.someHeld(id, 1)[0];
      if (!held) return;
      void simulation.call(`reading "${id}" later`, held.context, () =>
        readLater(simulation, held.context, held.registration, count, delay),
      );
      simulation.happened('reading later');
    },
  };
}

export const readers: Menu = [
  [2, drawReading],
  [1, drawReadingLater],
];
