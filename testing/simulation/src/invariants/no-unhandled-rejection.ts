import type { Invariant } from './invariant.ts';

export const noUnhandledRejection: Invariant = {
  name: 'no-unhandled-rejection',
  promise: 'No promise is rejected without somebody who handles it.',
  watch(_, violated) {
    return {
      unhandled: (reason) => violated(`nobody handles ${reason instanceof Error ? reason.stack : reason}`),
    };
  },
};
