import type { SettledRecord, StoredRecord } from '@background-fetch/core';
import type { Exchange } from '../network/simulated-network.ts';
import type { Actor } from '../world/actor.ts';
import type { Invariant } from './invariant.ts';
import { Troubles } from './troubles.ts';

export const reasonsAreTrue: Invariant = {
  name: 'reasons-are-true',
  promise:
    'A record fails only for what happened: a status that was served to its plain request, bytes that were too many, a full disk, a fault.',
  watch({ world, tally }, violated) {
    const troubles = Troubles.of(world);
    const answers = new Map<string, Exchange[]>();
    const answersTo = (record: StoredRecord) => answers.get(record.request.url) ?? [];

    /** The most bytes that all records of a fetch together may have had. */
    function mostBytes(key: string): number {
      let sum = 0;
      for (const record of world.disk.records.values()) {
        if (record.fetch !== key) continue;
        sum += Math.max(0, ...answersTo(record).map(({ whole }) => whole.length));
      }
      return sum;
    }

    function isTrue(record: SettledRecord, by: Actor): boolean {
      const { result } = record;
      const fetch = world.disk.fetches.get(record.fetch);
      if (result === 'quota-exceeded') return tally.has('write fails: no space');
      if (result === 'download-total-exceeded') return mostBytes(record.fetch) > (fetch?.downloadTotal ?? 0);
      if (result === 'bad-status') {
        const isBad = ({ answer: { status }, request }: Exchange) =>
          (status < 200 || status > 299) && !('Range' in request.headers);
        return record.responseData?.head.status === 0 || answersTo(record).some(isBad);
      }
      return result !== 'fetch-error' || troubles.of(record, by) !== 'none';
    }

    return {
      answered(exchange) {
        const { url } = exchange.request.request;
        answers.set(url, [...(answers.get(url) ?? []), exchange]);
      },
      committed({ records }, by) {
        for (const { before, after } of records) {
          if (after?.state !== 'settled' || before?.state === 'settled') continue;
          if (!isTrue(after, by)) violated(`${after.request.url} is ${after.result}, and was not`);
        }
      },
    };
  },
};
