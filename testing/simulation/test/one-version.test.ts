import { contentBytes, type Life, seededRandom, World } from '@background-fetch/testing-simulation';
import { expect, test } from 'vitest';

const url = 'https://app.test/episode';

interface Outcome {
  readonly result: string;
  readonly body: Uint8Array;
  readonly versions: readonly Uint8Array[];
  /** Whether the engine said that nothing shows whether the body is whole. */
  readonly isUnverified: boolean;
  readonly deaths: number;
}

/** A fetch in a world where everything that the seed says goes wrong does: cuts, refusals, deaths, new versions. */
async function liveThrough(seed: number): Promise<Outcome> {
  const random = seededRandom(`choices ${seed}`);
  const signalsTruncation = random.next() < 0.5;
  const world = new World({
    seed,
    engine: { connections: random.integer(1, 3) },
    network: { signalsTruncation, faults: { refused: 0.05, cut: 0.25, unavailable: 0.05 } },
  });
  const sizes = Array.from({ length: 4 }, () => random.integer(0, 300_000));
  if (random.next() < 0.5) sizes.fill(sizes[0] as number);
  const resource = world.network.serve(url, {
    size: sizes[0] as number,
    etag: (['strong', 'strong', 'weak', 'none'] as const)[random.integer(0, 3)] ?? 'strong',
    lastModified: random.next() < 0.5 ? world.clock.now() - 86_400_000 * 10 : null,
    ranges: random.next() < 0.85 ? 'honoured' : 'ignored',
    ifRange: random.next() < 0.8 ? 'honoured' : 'ignored',
    encoded: random.next() < 0.15,
    chunkSize: 4096,
    chunkInterval: 20,
    // a clean end proves nothing where cuts look like one, and without a length nothing can show a cut
    declaresLength: !signalsTruncation || random.next() < 0.8,
  });
  const ended: { result: string; body: Uint8Array }[] = [];
  const live = (): Life => {
    const life = world.start();
    for (const name of ['backgroundfetchsuccess', 'backgroundfetchfail'] as const) {
      life.events.on(name, async ({ key, result, failureReason }) => {
        const record = await life.store.read((transaction) => transaction.getRecord(key, 0));
        const data = record?.responseData;
        const stored = data?.stored[0]?.end ?? 0;
        const parts: Uint8Array[] = [];
        for (let position = 0; data && position < stored; ) {
          const part = await life.store.readBytes(
            { fetch: key, index: 0, body: data.body },
            position,
            stored,
          );
          if (!part) throw new Error(`Nothing is stored at ${position}`);
          parts.push(part);
          position += part.length;
        }
        const body = new Uint8Array(await world.clock.holdFor(new Blob(parts as BlobPart[]).arrayBuffer()));
        ended.push({ result: result === 'success' ? result : failureReason, body });
      });
    }
    return life;
  };
  let life = live();
  await world.clock.runUntil(life.backgroundFetch.fetch('episode', [url]));
  let deaths = 0;
  for (let version = 1; version < 4 && ended.length === 0; version++) {
    await world.clock.advance(random.integer(0, 900));
    if (random.next() < 0.4 && ended.length === 0) {
      deaths++;
      life.kill();
      life = live();
    }
    if (random.next() < 0.5) {
      resource.version = version;
      resource.size = sizes[version] as number;
    }
  }
  for (let hours = 0; ended.length === 0 && hours < 100; hours++) await world.clock.advance(3_600_000);
  await world.clock.advance(1000);
  expect(ended.length, 'terminal events').toBe(1);
  const versions = sizes.map((size, version) => contentBytes(url, version, 0, size));
  const isUnverified = world.warnings.some((warning) => warning.includes('accepted unverified'));
  return { ...(ended[0] as (typeof ended)[0]), versions, isUnverified, deaths };
}

test('whatever goes wrong, a success is one version of the resource, whole', {
  timeout: 120_000,
}, async () => {
  const results = new Map<string, number>();
  let deaths = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const outcome = await liveThrough(seed);
    deaths += outcome.deaths;
    results.set(outcome.result, (results.get(outcome.result) ?? 0) + 1);
    if (outcome.result !== 'success' || outcome.isUnverified) continue;
    const same = outcome.versions.some((version) => Buffer.compare(version, outcome.body) === 0);
    expect(
      same,
      `seed ${seed}: ${outcome.body.length} bytes of ${outcome.versions.map((v) => v.length)}`,
    ).toBe(true);
  }
  expect(results.get('success')).toBeGreaterThan(100);
  expect(deaths).toBeGreaterThan(20);
});
