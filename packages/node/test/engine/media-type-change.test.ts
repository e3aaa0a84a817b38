import { describe, expect, it } from 'vitest';
import type { AttemptFailure, EngineSettings } from '../../src/index.ts';
import { film, loginPage, usePortal } from '../portal.ts';
import { nextBody, useEngines } from './given.ts';

const engines = useEngines();
const { behindAPortal } = usePortal();

async function open(options: EngineSettings): ReturnType<typeof engines.open> {
  const directory = await engines.directory();
  return await engines.open({ directory, connections: 1, retry: { firstDelay: 10 }, ...options });
}

describe('an answer of another media type than that of the stored bytes', () => {
  it('takes their place, as the server says', async () => {
    const engine = await open({});
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('film', `${await behindAPortal(4)}/film.mp4`);
    expect(Buffer.from((await body).bytes).toString()).toBe(loginPage);
  });

  it('leaves them alone where that is asked for: they are continued once the server is back', async () => {
    const failures: AttemptFailure[] = [];
    const onFailure = (failure: AttemptFailure): void => void failures.push(failure);
    const engine = await open({ mediaTypeChange: 'refuse', onFailure });
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('film', `${await behindAPortal(4)}/film.mp4`);
    expect(film.equals((await body).bytes)).toBe(true);
    const messages = failures.map(({ error }) => `${error}`);
    expect(messages.filter((message) => message.includes('another media type'))).toHaveLength(4);
  });

  it('fails the fetch where it lasts, and what came is there for a later one', async () => {
    const engine = await open({ mediaTypeChange: 'refuse', retry: { firstDelay: 1, fruitlessAttempts: 3 } });
    const url = `${await behindAPortal(4)}/film.mp4`;
    const failed = new Promise<string>((resolve) => {
      engine.onbackgroundfetchfail = ({ registration }) => resolve(registration.failureReason);
    });
    await engine.backgroundFetch.fetch('film', url);
    expect(await failed).toBe('fetch-error');
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('film', url);
    expect(film.equals((await body).bytes)).toBe(true);
  });

  it.each([
    ['VIDEO/MP4 ; codecs=avc1', 'whole'],
    ['', 'whole'],
    ['application/octet-stream', 'refused'],
  ])('is known by what it says, without parameters: "%s" is %s', async (mediaType, expected) => {
    const engine = await open({ mediaTypeChange: 'refuse', retry: { firstDelay: 1, fruitlessAttempts: 2 } });
    const ended = new Promise<string>((resolve) => {
      engine.onbackgroundfetchsuccess = () => resolve('whole');
      engine.onbackgroundfetchfail = () => resolve('refused');
    });
    await engine.backgroundFetch.fetch('film', `${await behindAPortal(0, mediaType)}/film.mp4`);
    expect(await ended).toBe(expected);
  });

  it('is told what the option can be', async () => {
    const mediaTypeChange = 'never' as 'refuse';
    await expect(open({ mediaTypeChange })).rejects.toThrow(
      /"mediaTypeChange" has to be "accept" or "refuse"/,
    );
  });
});
