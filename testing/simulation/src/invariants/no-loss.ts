import type { Invariant } from './invariant.ts';
import { type Trouble, Troubles } from './troubles.ts';

/** That a trouble is no record's end. */
export function noLoss(name: string, trouble: Trouble, promise: string): Invariant {
  return {
    name,
    promise,
    watch({ world }, violated) {
      const troubles = Troubles.of(world);
      return {
        committed({ records }, by) {
          for (const { before, after } of records) {
            if (after?.state !== 'settled' || before?.state === 'settled') continue;
            const { result, request } = after;
            if (result !== 'fetch-error' && result !== 'bad-status') continue;
            if (troubles.of(after, by) === trouble) violated(`${request.url} is ${result} for ${trouble}`);
          }
        },
      };
    },
  };
}
