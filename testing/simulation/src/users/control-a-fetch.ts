import { setPaused, snapshotOf } from '@background-fetch/core';
import type { Draw, Happening, Menu } from '../plan/happening.ts';

function drawAbort(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  const times = draw.pick([1, 1, 2, 3]);
  return {
    at: draw.moment(),
    what: `abort() of "${id}"${times > 1 ? `, ${times} times at once` : ''}`,
    happen: (simulation) => {
      for (const { context, registration } of simulation.someHeld(id, times)) {
        void simulation.call(`abort() of "${id}"`, context, async () => {
          const aborted = await registration.abort();
          simulation.world.tell('abortAnswered', snapshotOf(registration), aborted);
          if (aborted) simulation.happened('abort');
        });
      }
    },
  };
}

function drawPause(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  const duration = draw.pick([5, 100, 3000, null]);
  return {
    at: draw.moment(),
    what: `"${id}" is paused${duration === null ? '' : `, and resumed after ${duration} ms`}`,
    happen: (simulation) => {
      const held = simulation.someHeld(id, 1)[0];
      if (!held) return;
      const { context, registration } = held;
      void simulation.call(`pausing "${id}"`, context, async () => {
        await setPaused(registration, true);
        simulation.happened('pause');
        if (duration === null) return;
        await context.whileAlive(simulation.world.clock.wait(duration));
        await setPaused(registration, false);
      });
    },
  };
}

function drawClick(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  return {
    at: draw.moment(),
    what: `a click on "${id}"`,
    happen: (simulation) => {
      const { worker } = simulation;
      const held = simulation.someHeld(id, 1)[0];
      if (!worker || !held) return;
      const clicked = snapshotOf(held.registration);
      void simulation.call(`a click on "${id}"`, worker, () => worker.engine.click(clicked));
      simulation.happened('click');
    },
  };
}

/** Another page asks what there is. */
function drawGet(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  return {
    at: draw.moment(),
    what: `another page gets "${id}"`,
    happen: (simulation) => {
      const page = simulation.page(1);
      void simulation.call(`get("${id}")`, page, async () => {
        const ids = await page.backgroundFetch.getIds();
        const registration = await page.backgroundFetch.get(id);
        simulation.world.tell('listed', ids);
        if (registration) simulation.hold(page, registration);
      });
    },
  };
}

/** A page looks for the records of one request, or of all. */
function drawMatch(draw: Draw): Happening {
  const id = draw.pick(draw.ids);
  const query = draw.chance(0.3) ? null : draw.url();
  return {
    at: draw.moment(),
    what: `a page looks for ${query ?? 'all'} in "${id}"`,
    happen: (simulation) => {
      const held = simulation.someHeld(id, 1)[0];
      if (!held) return;
      const { context, registration } = held;
      void simulation.call(`matching in "${id}"`, context, async () => {
        const records = await registration.matchAll(...(query === null ? [] : [query]));
        const found = records.map(({ request }) => request);
        simulation.world.tell('matched', query, found, snapshotOf(registration));
        simulation.happened('match');
      });
    },
  };
}

export const controls: Menu = [
  [3, drawAbort],
  [3, drawPause],
  [1, drawClick],
  [3, drawGet],
  [2, drawMatch],
];
