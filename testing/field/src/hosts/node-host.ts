import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackgroundFetchEngine,
  type BackgroundFetchEvent,
  type BackgroundFetchRecord,
  openBackgroundFetch,
} from '@background-fetch/node';
import { Agent } from 'undici';
import type { Body, Ending } from '../judge.ts';
import { type Host, type Served, within } from './host.ts';

/** An engine in this process, with a store of its own. */
export async function openNode({ certificate, coded }: Served): Promise<Host> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-field-store-'));
  const said: string[] = [];
  // without `allowH2`, which undici leaves off: with it, requests of a connection that was cut may stay without an answer
  const dispatcher = certificate ? new Agent({ connect: { ca: certificate } }) : undefined;
  const engine = await openBackgroundFetch({
    directory,
    dispatcher,
    onFailure: ({ url, error }) => said.push(`${url}: ${describe(error)}`),
    log: (message) => said.push(message),
  });
  const endings = new Map<string, (ending: Ending) => void>();
  for (const kind of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort'] as const) {
    engine.addEventListener(kind, (event: BackgroundFetchEvent) => event.waitUntil(tell(event, endings)));
  }
  return {
    async download(id, urls) {
      const ended = new Promise<Ending>((resolve) => endings.set(id, resolve));
      const headers = coded ? { 'Accept-Encoding': 'gzip' } : {};
      const requests = urls.map((url) => new Request(url, { headers }));
      const registration = await engine.backgroundFetch.fetch(id, requests);
      try {
        return await within(ended, async () => `${registration.downloaded} bytes downloaded`);
      } catch (error) {
        await abort(engine, id);
        throw error;
      }
    },
    said: () => said.splice(0),
    async close() {
      await engine.close();
      await dispatcher?.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function abort(engine: BackgroundFetchEngine, id: string): Promise<void> {
  await (await engine.backgroundFetch.get(id))?.abort();
}

async function tell(
  { registration }: BackgroundFetchEvent,
  endings: ReadonlyMap<string, (ending: Ending) => void>,
): Promise<void> {
  const { id, result, failureReason, downloaded } = registration;
  const bodies: Body[] = [];
  for (const record of await registration.matchAll()) bodies.push(await read(record));
  endings.get(id)?.({ result, failureReason, downloaded, bodies });
}

async function read({ request: { url }, responseReady }: BackgroundFetchRecord): Promise<Body> {
  try {
    const response = await responseReady;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { url, status: response.status, size: bytes.length, sha256 };
  } catch (error) {
    return { url, error: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `, because of ${describe(error.cause)}`;
  return `${error.name}: ${error.message}${cause}`;
}
