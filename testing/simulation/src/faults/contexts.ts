import type { Draw, Happening, Menu } from '../plan/happening.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Page } from '../world/page.ts';
import type { Worker } from '../world/worker.ts';

/** ms that a worker lives on when it has let go */
const retirement = 200;

/** ms until there is another worker */
function drawAbsence(draw: Draw): number {
  return draw.pick([0, 1, 50, 1000, 61_000]);
}

function crash(simulation: Simulation, worker: Worker | undefined, torn: boolean, absence: number): void {
  if (!worker?.alive) return;
  simulation.happened(simulation.isBusy ? 'crash' : 'crash while idle');
  worker.kill(torn);
  simulation.harmLasts(absence);
  simulation.world.clock.setTimer(absence, () => simulation.ensureWorker());
}

function drawCrash(draw: Draw): Happening {
  const torn = draw.chance(0.5);
  const absence = drawAbsence(draw);
  return {
    at: draw.moment(),
    what: `the worker is killed${torn ? ' while it writes' : ''}, and started after ${absence} ms`,
    happen: (simulation) => crash(simulation, simulation.worker, torn, absence),
  };
}

function drawCrashAtCommit(draw: Draw): Happening {
  const when = draw.pick(['before', 'after'] as const);
  const torn = draw.chance(0.5);
  const skipped = draw.integer(0, 6);
  const absence = drawAbsence(draw);
  return {
    at: draw.moment(),
    what: `the worker is killed just ${when} a commit, ${skipped} commits from now, and started after ${absence} ms`,
    happen: (simulation) => {
      const { worker } = simulation;
      if (!worker) return;
      let left = skipped;
      worker.store[when === 'before' ? 'beforeCommit' : 'afterCommit'] = () => {
        if (left-- === 0) crash(simulation, worker, torn, absence);
      };
    },
  };
}

/** Deaths again and again while handlers take long: the one thing that ends an owed event otherwise. */
function drawCrashSeries(draw: Draw): Happening {
  const times = draw.integer(2, 6);
  return {
    at: draw.moment(),
    what: `the worker is killed ${times} times, each 61 s after the other`,
    happen: (simulation) => {
      simulation.harmLasts(times * 61_000);
      for (let i = 0; i < times; i++) {
        simulation.world.clock.setTimer(i * 61_000, () => crash(simulation, simulation.worker, false, 1));
      }
    },
  };
}

function drawNewWorkerVersion(draw: Draw): Happening {
  return {
    at: draw.moment(),
    what: 'a new version of the worker takes over',
    happen: (simulation) => {
      const old = simulation.worker;
      simulation.startWorker();
      if (!old) return;
      simulation.happened('new worker version');
      void old.retire().then(() => {
        simulation.world.tell('stopped', old);
        simulation.world.clock.setTimer(retirement, () => {
          old.kill();
          simulation.ensureWorker();
        });
      });
    },
  };
}

function drawSecondWorker(draw: Draw): Happening {
  return {
    at: draw.moment(),
    what: 'a second worker starts',
    happen: (simulation) => {
      if (simulation.worker) simulation.happened('two workers at once');
      simulation.startWorker();
    },
  };
}

function drawPageEnd(draw: Draw): Happening {
  return {
    at: draw.moment(),
    what: 'the first page is closed',
    happen: (simulation) => {
      simulation.page(0).kill();
      simulation.happened('page closed');
    },
  };
}

/** The first page is not run for so many ms. */
function rest(duration: number, how: string, happened: string, begin: (page: Page) => void) {
  return {
    what: `the first page ${how} for ${duration} ms`,
    happen: (simulation: Simulation) => {
      const page = simulation.page(0);
      begin(page);
      simulation.harmLasts(duration);
      simulation.world.clock.setTimer(duration, () => page.thaw());
      simulation.happened(happened);
    },
  };
}

function drawFreeze(draw: Draw): Happening {
  const duration = draw.pick([100, 2000, 20_000]);
  return { at: draw.moment(), ...rest(duration, 'is frozen', 'page frozen', (page) => page.freeze()) };
}

function drawPutAway(draw: Draw): Happening {
  const duration = draw.pick([100, 2000, 20_000, 200_000]);
  const how = 'lies in the back/forward cache';
  return { at: draw.moment(), ...rest(duration, how, 'page put away', (page) => page.putAway()) };
}

function drawUnregister(draw: Draw): Happening {
  const delay = draw.pick([0, 10, 300]);
  return {
    at: draw.moment(),
    what: `the service worker is unregistered; it ends ${delay} ms later`,
    happen: (simulation) => simulation.unregister(delay),
  };
}

export const crashes: Menu = [
  [3, drawCrash],
  [3, drawCrashAtCommit],
];

export const contextFaults: Menu = [
  [3, drawCrash],
  [3, drawCrashAtCommit],
  [0.4, drawCrashSeries],
  [2, drawNewWorkerVersion],
  [1, drawSecondWorker],
  [1, drawPageEnd],
  [1, drawFreeze],
  [1, drawPutAway],
  [0.6, drawUnregister],
];
