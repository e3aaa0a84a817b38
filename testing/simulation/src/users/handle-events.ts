import {
  addLifetimePromise,
  type BackgroundFetchEventName,
  type BackgroundFetchSnapshot,
  createEventInterfaces,
  dispatchExtendableEvent,
  getInstance,
} from '@background-fetch/core';
import type { Draw, Happening } from '../plan/happening.ts';
import type { Handling } from '../simulation/handling.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Worker } from '../world/worker.ts';
import { drawManner, readAll } from './read-a-body.ts';

const { BackgroundFetchUpdateUIEvent } = createEventInterfaces(Event);

const names: readonly BackgroundFetchEventName[] = [
  'backgroundfetchsuccess',
  'backgroundfetchfail',
  'backgroundfetchabort',
  'backgroundfetchclick',
];

/** Makes an app listen in a worker. */
export function listen(simulation: Simulation, worker: Worker): void {
  for (const name of names) {
    worker.events.on(name, (snapshot) => {
      return handle(simulation, worker, name, snapshot, simulation.nextHandling());
    });
  }
}

async function handle(
  simulation: Simulation,
  worker: Worker,
  name: BackgroundFetchEventName,
  snapshot: BackgroundFetchSnapshot,
  { duration, reads, updatesUI, throws }: Handling,
): Promise<void> {
  const registration = getInstance(worker.realm, worker.host, snapshot);
  if (updatesUI && (name === 'backgroundfetchsuccess' || name === 'backgroundfetchfail')) {
    const event = new BackgroundFetchUpdateUIEvent(name, { registration });
    const target = new EventTarget();
    const update = async (): Promise<void> => event.updateUI({ title: `${snapshot.id}!` }).catch(() => {});
    target.addEventListener(name, () => addLifetimePromise(event, update()));
    await dispatchExtendableEvent(target, event, () => {});
    simulation.happened('UI updated');
  }
  if (throws) {
    simulation.happened('handler throws');
    throw new Error('The app has a bug');
  }
  if (duration === null) {
    simulation.happened('handler never ends');
    await worker.never;
  }
  await worker.whileAlive(simulation.world.clock.wait(duration ?? 0));
  if (reads && name !== 'backgroundfetchclick') await readAll(simulation, worker, registration, reads);
}

/** What the app does with the next event, where that is not proper. */
export function drawHandling(draw: Draw): Happening {
  const handling: Handling = {
    duration: draw.pick([0, 30, 500, 5000, null]),
    reads: draw.chance(0.7) ? drawManner(draw) : null,
    updatesUI: draw.chance(0.3),
    throws: draw.chance(0.15),
  };
  const { duration, reads, updatesUI, throws } = handling;
  const parts = [
    duration === null ? 'never ends' : `takes ${duration} ms`,
    reads && `reads each ${reads.pace} ms`,
    updatesUI && 'updates the UI',
    throws && 'throws',
  ];
  return {
    at: 0,
    what: `a handler ${parts.filter(Boolean).join(', ')}`,
    happen: (simulation) => simulation.planHandling(handling),
  };
}
