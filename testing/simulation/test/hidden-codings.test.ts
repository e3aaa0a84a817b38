import { type SimulatedFault, World, type WorldOptions } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';
import { storedBody } from '../src/invariants/stored-body.ts';
import type { SimulatedAnswer } from '../src/network/respond.ts';
import type { SimulatedResource } from '../src/network/simulated-resource.ts';

const film = 'https://cdn.test/film';
const mebibyte = 2 ** 20;

interface Given {
  readonly url?: string;
  readonly resource: Partial<SimulatedResource>;
  readonly options?: WorldOptions;
  readonly faults?: readonly (SimulatedFault | null)[];
  readonly prepare?: (world: World, resource: SimulatedResource) => void;
}

/** What a background fetch of one resource came to: a failure, a success that is the whole, or one that is not. */
async function outcomeOf({ url = film, resource, options, faults = [], prepare }: Given): Promise<string> {
  const world = new World(options);
  const served = world.network.serve(url, { hidden: ['content-encoding'], ...resource });
  world.network.plan(url, ...faults);
  prepare?.(world, served);
  const life = world.start();
  const ended = new Promise<string>((resolve) => {
    for (const name of ['backgroundfetchsuccess', 'backgroundfetchfail'] as const) {
      life.events.on(name, ({ key, result, failureReason }) => {
        const record = world.disk.records.get(JSON.stringify([key, 0]));
        const data = record?.responseData;
        const body = record && data && storedBody(world.disk, record, data);
        const isWhole = body && Buffer.compare(body, world.network.contentOf(url, served)) === 0;
        resolve(result === 'success' ? `success, ${isWhole ? 'whole' : 'NOT WHOLE'}` : failureReason);
      });
    }
  });
  await world.clock.runUntil(life.backgroundFetch.fetch('film', url));
  const outcome = await world.clock.runUntil(ended);
  expect(world.network.requests.length).toBeLessThan(40);
  return outcome;
}

/** An answer that says nothing but that it is of the stored version. */
const unsatisfied: SimulatedFault = {
  kind: 'altered',
  what: '416',
  alter: (answer: SimulatedAnswer): SimulatedAnswer => ({
    ...answer,
    status: 416,
    content: { start: 0, end: 0 },
    headers: answer.headers.filter(([name]) => name === 'etag'),
  }),
};
/** As servers answer that say nothing of a 416, as Apache does. */
const silently: SimulatedFault = {
  kind: 'altered',
  what: 'a 416 without Content-Range',
  alter: (answer: SimulatedAnswer): SimulatedAnswer =>
    answer.status === 416 ? { ...answer, headers: [] } : answer,
};
const hidden = ['content-encoding', 'content-range'];
const coded = { encoded: true, encodesRanges: true };
const acceptsRanges = { headers: [['accept-ranges', 'bytes']] as const };

test('a 416 to the range that is to show whether there is a coding is no end', async () => {
  const resource = { size: 12 * mebibyte, hidden, ...acceptsRanges };
  expect(await outcomeOf({ resource, faults: [null, unsatisfied] })).toBe('success, whole');
});

test('a 416 in the middle of a body is no end', async () => {
  const resource = { size: 100_000, hidden };
  const faults = [{ kind: 'cut', after: 50_000 } as const, unsatisfied];
  expect(await outcomeOf({ resource, faults })).toBe('success, whole');
});

test.each([1, 0.5])('the first bytes of a coded body, of %s of its size, show nothing', async (share) => {
  const resource = { ...coded, size: 200_001, encodedShare: share, chunkSize: 500 };
  const options = { engine: { smallestCheckpoint: 100, checkpointSize: 1000 } };
  const faults = [800, 50_000].map((after): SimulatedFault => ({ kind: 'cut', after }));
  expect(await outcomeOf({ resource, options, faults })).toBe('success, whole');
});

test('a coded part that is cut after as many bytes as were asked for shows nothing', async () => {
  const resource = { ...coded, ...acceptsRanges, size: 20 * mebibyte + 1, chunkSize: 65_535 };
  const known: unknown[] = [];
  const prepare = ({ disk, network }: World): void => {
    network.onSend = () => {
      const [record] = disk.records.values();
      known.push(record?.responseData?.coding);
    };
  };
  const faults: (SimulatedFault | null)[] = [null, { kind: 'cut', after: 65_535 }];
  expect(await outcomeOf({ resource, faults, prepare })).toBe('success, whole');
  // the plain request, the range that is to show it, and what follows
  expect(known.slice(0, 3)).toEqual([undefined, 'unknown', 'unknown']);
});

test('a coded part that is cut after as many bytes as it has on the wire is not the whole', async () => {
  const resource = { ...coded, size: 200_000, chunkSize: 20 };
  const faults = [800, 100_020].map((after): SimulatedFault => ({ kind: 'cut', after }));
  expect(await outcomeOf({ resource, faults })).toBe('success, whole');
});

test('a body that changes with each request is asked for a few times only', async () => {
  const prepare = ({ network }: World, resource: SimulatedResource): void => {
    network.onSend = ({ headers }) => {
      resource.version++;
      if (headers.Range === undefined) resource.size = 200_000 + ((resource.version * 7919) % 1000);
    };
  };
  const options = { network: { signalsTruncation: false } };
  await outcomeOf({ resource: { ...coded, size: 200_000 }, options, prepare });
});

test('a 416 that names no length ends no coded body: it may count the coded bytes', async () => {
  const resource = { ...coded, size: 200_000, encodedShare: 0.5, hidden: [] };
  const options = { network: { signalsTruncation: false } };
  const faults: SimulatedFault[] = [{ kind: 'cut', after: 150_000 }, silently];
  expect(await outcomeOf({ url: 'https://app.test/film', resource, options, faults })).toBe('success, whole');
});

test('a coded body whose end nothing proves is fetched twice, not more often', async () => {
  const resource = { ...coded, size: 200_000, encodedShare: 0.5, hidden: [] };
  const options = { network: { signalsTruncation: false } };
  const plain: (string | undefined)[] = [];
  const prepare = ({ network }: World): void => {
    network.onSend = ({ headers }) => plain.push(headers.Range);
  };
  const faults = [null, silently];
  expect(await outcomeOf({ url: 'https://app.test/film', resource, options, faults, prepare })).toBe(
    'success, whole',
  );
  expect(plain).toEqual([undefined, 'bytes=200000-', undefined]);
});
