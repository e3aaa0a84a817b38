import { assert } from 'chai';
import { control, settled, sha256 } from '../../support/fetched.ts';
import { unsupported } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';
import {
  assertFetchesVersion,
  contentOf,
  finish,
  firstResponse,
  holdEnds,
  logOf,
  newResource,
  rangesAsked,
  readAtLeast,
  readerOf,
  readRest,
  serverSaw,
  stalled,
  start,
  useHeldScope,
} from './given.ts';

const engine = { pieceSize: 100_000, connections: 3 };
const configure = { engine: { ...engine, retry: { stallTimeout: 1500 } } };

/** Where a range begins, and where it has ended. */
function boundsOf(range: string | undefined): [start: number, end: number] {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return [Number(first), Number(last) + 1];
}

describe('A large body in parallel ranges', () => {
  const scope = useHeldScope({ configure });
  const large = (faults: Record<string, string | number> = {}) => newResource({ size: 1_000_000, ...faults });

  it('is fetched in pieces, each only of the version that the first response named', async () => {
    const file = large();
    await assertFetchesVersion(scope(), file, 1);
    const [first, ...rest] = await logOf(file);
    // how many of its pieces a host asks for at a time is its business
    let reached = 0;
    for (const [start, end] of rest.map(({ headers }) => boundsOf(headers.range)).sort(([a], [b]) => a - b)) {
      assert.equal(start, reached);
      assert.equal(end % 100_000, 0);
      reached = end;
    }
    assert.equal(reached, 1_000_000);
    assert.isAtLeast(rest.length, 3);
    for (const { headers } of rest) assert.equal(headers['if-range'], first?.responseHeaders.etag);
  });

  it('whose last piece is short is complete', async () => {
    await assertFetchesVersion(scope(), newResource({ size: 950_001 }), 1);
  });

  it('is shown as the 200 that it stands for', async () => {
    const response = await assertFetchesVersion(scope(), large(), 1);
    assert.equal(response.status, 200);
    assert.isFalse(response.headers.has('content-range'));
  });

  for (const fault of [
    'cut:50000',
    'reset:50000',
    'cut:0',
    'stall:50000',
    'hold',
    'status:503',
    'drop:fin',
  ]) {
    it(`goes on when one of them meets ${fault}`, async () => {
      await assertFetchesVersion(scope(), large({ attempts: `ok|ok|${fault}|ok` }), 1);
    });
  }

  it('goes on when each of them brings no more than a part', async () => {
    // every attempt is waited for
    const impatient = await openScope({ configure: { engine: { ...engine, retry: { stallTimeout: 400 } } } });
    await holdEnds(impatient);
    await assertFetchesVersion(impatient, large({ attempts: 'ok|stall:60000+cut:60000' }), 1);
  });

  it('goes on when they bring less than asked for', async () => {
    await assertFetchesVersion(scope(), large({ partial: 70_000 }), 1);
  });

  for (const lie of ['wrong-start', 'wrong-total', 'missing', 'malformed', 'star']) {
    it(`ends with the right bytes when a Content-Range is ${lie}`, async () => {
      await assertFetchesVersion(scope(), large({ attempts: `ok|ok|contentrange:${lie}|ok` }), 1);
    });
  }

  it('ends with the right bytes when one of them is answered with the whole', async () => {
    await assertFetchesVersion(scope(), large({ attempts: 'ok|ok|ranges:ignore|ok' }), 1);
  });

  it('ends with the right bytes when all of them are answered with the whole', async () => {
    await assertFetchesVersion(scope(), large({ attempts: 'ok|ranges:ignore' }), 1);
  });

  it('ends with the right bytes when one of them is answered with 416', async () => {
    await assertFetchesVersion(scope(), large({ attempts: 'ok|ok|unsatisfied:always|ok' }), 1);
  });

  for (const [swap, size] of [
    [2, 1_000_000],
    [3, 1_000_000],
    [5, 1_000_000],
    [8, 3_000_000],
  ] as const) {
    it(`is one version although it was replaced at request ${swap}`, async () => {
      await assertFetchesVersion(scope(), large({ swap, size }), 2);
    });

    it(`is one version although it was replaced at request ${swap}, and If-Range is ignored`, async () => {
      await assertFetchesVersion(scope(), large({ swap, size, ifrange: 'ignore' }), 2);
    });
  }

  it('is asked for in short ranges at the front while somebody waits for it', async () => {
    unsupported(['native'], 'what a browser asks for is its own business');
    const reached = 300_000;
    // four times as many bytes as there are ranges of, unless somebody waits
    const file = newResource({ size: 12_000_000, withhold: reached });
    const wide = await openScope();
    await holdEnds(wide);
    const registration = await start(wide, file.url);
    const reader = readerOf(await firstResponse(registration));
    const chunks = await readAtLeast(reader, reached);
    const rest = readRest(reader);
    await serverSaw(file, (log) => {
      const underWay = log.filter(({ waiting, finished }) => waiting && !finished);
      // Firefox may keep one that was given up until its next byte
      const short = underWay.filter(({ headers }) => {
        const [, end] = boundsOf(headers.range);
        return end > reached && end < reached + 2_000_000;
      });
      return short.length > 1;
    });
    await control(file.key, { params: { withhold: 'none' }, release: true });
    chunks.push(...(await rest));
    const whole = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer();
    assert.equal(await sha256(whole), await sha256(contentOf(file)));
  });

  it('is not fetched in pieces if its ETag is weak', async () => {
    const file = large({ etag: 'weak' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['']);
  });

  it('is not fetched in pieces if the server does not say that it has ranges', async () => {
    const file = large({ ranges: 'ignore' });
    await assertFetchesVersion(scope(), file, 1);
    assert.deepEqual(await rangesAsked(file), ['']);
  });

  it('fails with download-total-exceeded when its pieces together are too much', async () => {
    const registration = await finish(scope(), large().url, { downloadTotal: 500_000 });
    assert.include(registration, { result: 'failure', failureReason: 'download-total-exceeded' });
    assert.isAtMost(registration.downloaded, 500_000);
  });

  it('may be aborted', async () => {
    const file = large({ attempts: 'ok|ok|hold' });
    const registration = await start(scope(), file.url);
    await stalled(file);
    assert.isTrue(await registration.abort());
    await settled(registration);
    assert.equal(registration.failureReason, 'aborted');
  });
});
