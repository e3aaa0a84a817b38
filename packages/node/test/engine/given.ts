import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackgroundFetchRegistration } from '@background-fetch/core';
import { afterEach } from 'vitest';
import type { BackgroundFetchEngine } from '../../src/index.ts';
import { type OpenOptions, openBackgroundFetch } from '../../src/index.ts';
import { type GivenParts, openEngine } from '../../src/open-background-fetch.ts';

export interface Engines {
  /** A directory that is gone after the test. */
  directory(parent?: string): Promise<string>;
  /** An engine that is closed after the test. */
  open(options: OpenOptions, given?: GivenParts): Promise<BackgroundFetchEngine>;
}

export function useEngines(): Engines {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return {
    async directory(parent = tmpdir()) {
      const path = await mkdtemp(join(parent, 'background-fetch-engine-'));
      ends.push(() => rm(path, { recursive: true, force: true }));
      return path;
    },
    async open(options, given) {
      const engine = given ? (await openEngine(options, given)).engine : await openBackgroundFetch(options);
      ends.push(() => engine.close());
      return engine;
    },
  };
}

export type TerminalEventName = 'backgroundfetchsuccess' | 'backgroundfetchfail' | 'backgroundfetchabort';

/** Resolves with the id and bytes of the next event of this name, whose records are read in its handler. */
export function nextBody(
  engine: BackgroundFetchEngine,
  name: TerminalEventName = 'backgroundfetchsuccess',
): Promise<{ id: string; bytes: Uint8Array }> {
  return new Promise((resolve, reject) => {
    engine.addEventListener(
      name,
      (event) => {
        const reading = readFirst(event.registration);
        event.waitUntil(reading);
        reading.then((bytes) => resolve({ id: event.registration.id, bytes }), reject);
      },
      { once: true },
    );
  });
}

async function readFirst(registration: BackgroundFetchRegistration): Promise<Uint8Array> {
  const [record] = await registration.matchAll();
  const response = await record?.responseReady;
  return new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0));
}

/** Resolves once a registration satisfies a condition. */
export function progressed(registration: BackgroundFetchRegistration, isThere: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!isThere()) return;
      registration.removeEventListener('progress', check);
      resolve();
    };
    registration.addEventListener('progress', check);
    check();
  });
}
