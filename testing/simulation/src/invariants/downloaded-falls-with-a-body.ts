import { type BackgroundFetchRegistration, type FetchKey, snapshotOf } from '@background-fetch/core';
import { Page } from '../world/page.ts';
import type { Invariant } from './invariant.ts';
import { countStored } from './stored-body.ts';

/** ms within which an engine has told all that was in the store before */
const grace = 200;

export const downloadedFallsWithABody: Invariant = {
  name: 'downloaded-falls-with-a-body',
  promise: '`downloaded` only falls when a body is dropped, in the store and for everybody who watches.',
  watch({ world: { clock } }, violated) {
    const drops = new Map<FetchKey, number>();
    const watched = new WeakSet<BackgroundFetchRegistration>();
    return {
      committed({ records }) {
        for (const { before, after } of records) {
          if (!before?.responseData) continue;
          const isDropped = before.responseData.body !== after?.responseData?.body;
          if (isDropped) drops.set(before.fetch, (drops.get(before.fetch) ?? 0) + 1);
          else if (countStored(after?.responseData) < countStored(before.responseData)) {
            violated(`${before.request.url} lost bytes of one body`);
          }
        }
      },
      held(registration, by) {
        if (watched.has(registration)) return;
        watched.add(registration);
        const { key } = snapshotOf(registration);
        const dropsBefore = drops.get(key) ?? 0;
        let last = registration.downloaded;
        let falls = 0;
        const begin = clock.now();
        // who has just read the store may be ahead of what the engine tells next
        const hasJustRead = (): boolean =>
          clock.now() <= Math.max(begin, by instanceof Page ? by.cameBack : begin) + grace;
        registration.addEventListener('progress', () => {
          const { downloaded, id } = registration;
          if (downloaded < last && !hasJustRead()) falls++;
          if (falls > (drops.get(key) ?? 0) - dropsBefore) {
            violated(`a page saw "downloaded" of "${id}" fall from ${last} to ${downloaded}`);
          }
          last = downloaded;
        });
      },
    };
  },
};
