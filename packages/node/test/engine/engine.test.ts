import { fillBody } from '@background-fetch/testing-fault-server';
import { describe, expect, it } from 'vitest';
import { clock } from '../../src/host/clock.ts';
import {
  type BackgroundFetchRegistration,
  BackgroundFetchUpdateUIEvent,
  click,
  isPaused,
  openBackgroundFetch,
  pause,
} from '../../src/index.ts';
import { useFaultServer } from '../network/given.ts';
import { useRawServers } from '../network/raw-server.ts';
import { nextBody, progressed, useEngines } from './given.ts';

const server = useFaultServer();
const engines = useEngines();
const serveRaw = useRawServers();

function content(key: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  fillBody(bytes, key, 1, 0);
  return bytes;
}

describe('an engine', () => {
  it('goes on at the next open where close() stopped it, with one version of the bytes', async () => {
    const directory = await engines.directory();
    const first = await engines.open({ directory });
    const url = `${server().origin}/r/reopened?size=900000&attempts=stall:300000|ok`;
    const registration = await first.backgroundFetch.fetch('film', url);
    await progressed(registration, () => registration.downloaded === 300_000);
    await first.close();
    const second = await engines.open({ directory });
    expect(await second.backgroundFetch.getIds()).toEqual(['film']);
    const { id, bytes } = await nextBody(second);
    expect(id).toBe('film');
    expect(Buffer.compare(bytes, content('reopened', 900_000))).toBe(0);
    const [, resumed] = server().log.entries.filter(({ key }) => key === 'reopened');
    expect(resumed?.headers.range).toBe('bytes=300000-');
  });

  it('keeps an event that nobody listens to, and dispatches it once to who listens after the next open', async () => {
    const directory = await engines.directory();
    const first = await engines.open({ directory });
    const registration = await first.backgroundFetch.fetch('quiet', `${server().origin}/r/quiet?size=1000`);
    await progressed(registration, () => registration.result !== '');
    expect(registration.recordsAvailable).toBe(true);
    await first.close();
    const second = await engines.open({ directory });
    // some turns later, as an app does that loads its handlers
    await new Promise((resolve) => setImmediate(resolve));
    expect((await nextBody(second)).bytes).toEqual(content('quiet', 1000));
    await second.close();
    const third = await engines.open({ directory });
    const heard: string[] = [];
    third.onbackgroundfetchsuccess = (event) => void heard.push(event.registration.id);
    const last = nextBody(third);
    await third.backgroundFetch.fetch('last', `${server().origin}/r/last?size=10`);
    await last;
    expect(heard).toEqual(['last']);
  });

  it('dispatches the event of each kind to all listeners that were registered in one turn', async () => {
    const engine = await engines.open({ directory: await engines.directory() });
    const registration = await engine.backgroundFetch.fetch(
      'missing',
      `${server().origin}/r/missing?size=10&status=404`,
    );
    await progressed(registration, () => registration.result === 'failure');
    const heard = Promise.all(
      ['one', 'other'].map(
        (name) =>
          new Promise((resolve) =>
            engine.addEventListener('backgroundfetchfail', (event) => resolve([name, event.constructor])),
          ),
      ),
    );
    expect(await heard).toEqual([
      ['one', BackgroundFetchUpdateUIEvent],
      ['other', BackgroundFetchUpdateUIEvent],
    ]);
  });

  it('refuses every call after close() with an InvalidStateError, and lets none wait for ever', async () => {
    const engine = await engines.open({ directory: await engines.directory() });
    const url = `${server().origin}/r/held?size=10&hold=1`;
    const registration = await engine.backgroundFetch.fetch('held', url);
    const record = await registration.match(url);
    const waiting = record?.responseReady;
    await engine.close();
    const invalid = { name: 'InvalidStateError' };
    await expect(waiting).rejects.toMatchObject(invalid);
    for (const call of [
      () => engine.backgroundFetch.fetch('late', url),
      () => engine.backgroundFetch.get('held'),
      () => engine.backgroundFetch.getIds(),
      () => registration.abort(),
      () => registration.matchAll(),
      () => engine.pause('held'),
      () => engine.resume('held'),
      () => engine.click('held'),
      () => pause(registration),
      () => click(registration),
    ])
      await expect(call()).rejects.toMatchObject(invalid);
    await engine.close();
  });

  it('closes although a server has all of an upload and never answers, and says that it failed', async () => {
    const directory = await engines.directory();
    const origin = await serveRaw(() => {});
    const options = { directory, retry: { stallTimeout: 100 } };
    const first = await engines.open(options);
    const body = 'everything';
    const registration = await first.backgroundFetch.fetch(
      'up',
      new Request(origin, { method: 'POST', body }),
    );
    await progressed(registration, () => registration.uploaded === body.length);
    await expect(first.pause('up')).rejects.toThrow(
      /"up" can't be paused: its POST can't be sent again\. Wait, or abort it/,
    );
    await first.close();
    const second = await engines.open(options);
    const failed = new Promise<string>((resolve) => {
      second.onbackgroundfetchfail = (event) => resolve(event.registration.failureReason);
    });
    expect(await failed).toBe('fetch-error');
  });

  it('resolves relative URLs against its base, and refuses them without one', async () => {
    const directory = await engines.directory();
    const bare = await engines.open({ directory });
    await expect(bare.backgroundFetch.fetch('a', '/r/relative?size=5')).rejects.toThrow(/baseUrl/);
    await bare.close();
    const based = await engines.open({ directory, baseUrl: `${server().origin}/app/` });
    const registration = await based.backgroundFetch.fetch('a', '/r/relative?size=5');
    const record = await registration.match('/r/relative?size=5');
    expect(record?.request.url).toBe(`${server().origin}/r/relative?size=5`);
    expect((await record?.responseReady)?.url).toBe(`${server().origin}/r/relative?size=5`);
  });

  it('pauses and resumes by id, after a restart as well', async () => {
    const directory = await engines.directory();
    const first = await engines.open({ directory });
    const registration = await first.backgroundFetch.fetch(
      'p',
      `${server().origin}/r/paused?size=500000&attempts=stall:200000|ok`,
    );
    await progressed(registration, () => registration.downloaded === 200_000);
    await first.pause('p');
    expect(isPaused(registration)).toBe(true);
    await first.close();
    const second = await engines.open({ directory });
    const again = (await second.backgroundFetch.get('p')) as BackgroundFetchRegistration;
    expect(isPaused(again)).toBe(true);
    const body = nextBody(second);
    await second.resume('p');
    expect(Buffer.compare((await body).bytes, content('paused', 500_000))).toBe(0);
    await expect(second.pause('p')).rejects.toMatchObject({ name: 'InvalidStateError' });
  });

  it('goes on with a clock that was set back by years', async () => {
    const directory = await engines.directory();
    const first = await engines.open({ directory });
    const registration = await first.backgroundFetch.fetch(
      'c',
      `${server().origin}/r/clock?size=500000&attempts=stall:200000|ok`,
    );
    await progressed(registration, () => registration.downloaded === 200_000);
    const quiet = await first.backgroundFetch.fetch('owed', `${server().origin}/r/clock-owed?size=10`);
    await progressed(quiet, () => quiet.result === 'success');
    await first.close();
    const past = { ...clock, now: () => Date.now() - 10 * 365 * 86_400_000 };
    const second = await engines.open({ directory }, { clock: past });
    const ids = new Set<string>();
    await new Promise<void>((resolve) => {
      second.onbackgroundfetchsuccess = (event) => {
        ids.add(event.registration.id);
        if (ids.size === 2) resolve();
      };
    });
    expect([...ids].sort()).toEqual(['c', 'owed']);
  });

  it('uploads photos with streamed bodies, and counts what was sent', async () => {
    const engine = await engines.open({ directory: await engines.directory() });
    const photos = [1, 2, 3].map((n) => new Uint8Array(200_000).fill(n));
    const requests = photos.map((photo, index) => {
      const body = new Blob([photo]).stream();
      return new Request(`${server().origin}/upload/photo-${index}`, {
        method: 'POST',
        body,
        duplex: 'half',
      } as RequestInit);
    });
    const registration = await engine.backgroundFetch.fetch('photos', requests, {
      title: 'Uploading photos',
    });
    expect(registration.uploadTotal).toBe(600_000);
    await progressed(registration, () => registration.result !== '');
    expect(registration).toMatchObject({ result: 'success', uploaded: 600_000 });
    const [record] = await registration.matchAll();
    expect(new Uint8Array((await record?.request.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(photos[0]);
  });

  it.each([
    [{ directory: '' }, /directory/],
    [{ directory: 'x', baseUrl: '/relative' }, /baseUrl/],
    [{ directory: 'x', concurrency: 0 }, /concurrency/],
    [{ directory: 'x', limitRate: 0 }, /limitRate/],
  ])('refuses the options %j', async (options, message) => {
    await expect(openBackgroundFetch(options)).rejects.toThrow(message);
  });
});
