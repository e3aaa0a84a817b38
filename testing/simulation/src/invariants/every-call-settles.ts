import type { Invariant } from './invariant.ts';

export const everyCallSettles: Invariant = {
  name: 'every-call-settles',
  promise: 'Every promise of the API settles in a context that lives, and every reader reaches an end.',
  watch({ calls }, violated) {
    return {
      over() {
        for (const { what, context } of calls) {
          if (context.alive) violated(`${context.name} still waits for ${what}`);
        }
      },
    };
  },
};
