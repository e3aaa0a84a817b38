import type { SeededRandom } from '../host/seeded-random.ts';
import type { Draw, Happening } from '../plan/happening.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Context } from '../world/context.ts';

/** How often a fetch that failed is tried again. */
const mostTimes = 3;

/** A request that a user gives to `fetch()`, made when that happens. */
interface PlannedRequest {
  readonly what: string;
  readonly url: string;
  readonly make: (simulation: Simulation) => Request;
}

/** Starts a background fetch of one to three requests, in a page or in the worker. */
export function drawFetch(draw: Draw, id: string, first: boolean): Happening {
  const requests = Array.from({ length: draw.pick([1, 1, 2, 3]) }, () => drawRequest(draw));
  const downloadTotal = drawDownloadTotal(draw, requests);
  const byWorker = draw.chance(0.2);
  const place = draw.integer(0, 1);
  const isTwice = draw.random.fork(`twice ${id}`).next() < 0.1;
  const again = drawAgain(draw.random.fork(`again ${id}`), requests);
  return {
    at: first ? draw.integer(0, 5) : draw.moment(),
    what: `fetch("${id}") of ${requests.map(({ what }) => what).join(', ')}${downloadTotal ? ` with a downloadTotal of ${downloadTotal}` : ''}${isTwice ? ', twice at once' : ''}${again === null ? '' : `, again ${again} ms after each failure`}`,
    happen: (simulation) => {
      const context = (byWorker && simulation.worker) || simulation.page(place);
      for (const caller of isTwice ? [context, simulation.page(1)] : [context]) {
        const list = (): Request[] => requests.map((request) => request.make(simulation));
        begin(simulation, caller, id, list, downloadTotal, again);
      }
    },
  };
}

/** Starts one of many requests for one origin, as for the parts of a model. */
export function drawManyRequests(draw: Draw): Happening {
  const url = draw.url();
  const count = draw.integer(5, 12);
  const urls = Array.from({ length: count }, (_, place) => `${url}?part=${place}`);
  return {
    at: draw.chance(0.5) ? 0 : draw.moment(),
    what: `fetch("parts") of ${count} parts of ${url}`,
    happen: (simulation) => {
      const page = simulation.page(0);
      void simulation.call('fetch("parts")', page, async () => {
        const registration = await page.backgroundFetch.fetch('parts', urls);
        simulation.hold(page, registration);
        simulation.happened('fetch of many requests');
      });
    },
  };
}

/** @param again ms after which it is tried again if it fails; null for never */
function begin(
  simulation: Simulation,
  caller: Context,
  id: string,
  requests: () => Request[],
  downloadTotal: number,
  again: number | null,
  times = 0,
): void {
  const list = requests();
  void simulation.call(`fetch("${id}")`, caller, async () => {
    const registration = await caller.backgroundFetch.fetch(id, list, { downloadTotal });
    simulation.hold(caller, registration);
    simulation.happened(times === 0 ? 'fetch started' : 'fetch started again');
    if (registration.downloaded > 0) simulation.happened('fetch goes on from what was kept');
    if (again === null || times === mostTimes) return;
    const retry = (): void => {
      if (registration.result === '') return;
      registration.removeEventListener('progress', retry);
      if (registration.result === 'success' || registration.failureReason === 'aborted') return;
      simulation.world.clock.setTimer(again, () => {
        if (caller.alive && !simulation.isPurged(caller.registration))
          begin(simulation, caller, id, requests, downloadTotal, again, times + 1);
      });
    };
    registration.addEventListener('progress', retry);
  });
}

/** Only what may be sent twice. */
function drawAgain(random: SeededRandom, requests: readonly PlannedRequest[]): number | null {
  const delay = [null, 0, 3, 300, 30_000][random.integer(0, 4)] ?? null;
  return requests.some(({ url }) => url.includes('/upload/')) ? null : delay;
}

/** None, enough, exactly what it takes, or too little. */
function drawDownloadTotal(draw: Draw, requests: readonly PlannedRequest[]): number {
  if (!draw.chance(0.25)) return 0;
  const exact = requests.reduce((sum, { url }) => sum + draw.sizeOf(url), 0);
  return draw.pick([exact, exact, exact + 500, Math.max(1, exact - 100)]);
}

function drawRequest(draw: Draw): PlannedRequest {
  const url = draw.url();
  const plain = (init: RequestInit, what: string, target = url): PlannedRequest => {
    return { what: `${what} ${target}`, url: target, make: () => new Request(target, init) };
  };
  const kind = draw.random.next();
  if (kind < 0.62) return plain({}, 'GET');
  if (kind < 0.67) return plain({ method: 'HEAD' }, 'HEAD');
  if (kind < 0.75) return drawUpload(draw);
  if (kind < 0.8) return plain({ headers: { range: 'bytes=50-149' } }, 'bytes 50–149 of');
  if (kind < 0.82) return plain({ redirect: 'manual' }, 'unredirected');
  if (kind < 0.84) return plain({ redirect: 'error' }, 'never redirected');
  if (kind < 0.88) return plain({}, 'GET', `${url}?again#part`);
  const right = draw.chance(0.75);
  return {
    what: `${url} with ${right ? 'an integrity' : 'a wrong integrity'}`,
    url,
    make: (simulation) => new Request(url, { integrity: simulation.integrityOf(url, right) }),
  };
}

/** Of its own URL, so that a server can tell whether it was sent twice. */
function drawUpload(draw: Draw): PlannedRequest {
  const url = `https://app.test/upload/${draw.integer(0, 2 ** 31)}`;
  return {
    what: `POST ${url}`,
    url,
    make: (simulation) => {
      simulation.serve(url, { size: 40 });
      return new Request(url, { method: 'POST', body: 'uploaded' });
    },
  };
}
