import type { RecordResult, StoredRecord } from '@background-fetch/core';
import type { Exchange } from '../network/simulated-network.ts';
import type { Invariant } from './invariant.ts';

export const reasonsAreTrue: Invariant = {
  name: 'reasons-are-true',
  promise:
    'A record fails only for what happened: a status that was served, bytes that were too many, a full disk.',
  watch({ world, tally }, violated) {
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

    function isTrue(record: StoredRecord, result: RecordResult): boolean {
      const fetch = world.disk.fetches.get(record.fetch);
      if (result === 'quota-exceeded') return tally.has('write fails: no space');
      if (result === 'download-total-exceeded') return mostBytes(record.fetch) > (fetch?.downloadTotal ?? 0);
      if (result === 'bad-status') {
        const isBad = ({ answer: { status } }: Exchange) => status < 200 || status > 299;
        return record.responseData?.head.status === 0 || answersTo(record).some(isBad);
      }
      return true;
    }

    return {
      answered(exchange) {
        const { url } = exchange.request.request;
        answers.set(url, [...(answers.get(url) ?? []), exchange]);
      },
      committed({ records }) {
        for (const { before, after } of records) {
          if (after?.state !== 'settled' || before?.state === 'settled') continue;
          if (!isTrue(after, after.result)) violated(`${after.request.url} is ${after.result}, and was not`);
        }
      },
    };
  },
};
