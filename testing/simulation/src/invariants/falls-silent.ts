import type { Invariant } from './invariant.ts';

export const fallsSilent: Invariant = {
  name: 'falls-silent',
  promise: 'When there is nothing to do, no timer runs in any context.',
  watch({ world }, violated) {
    return {
      silent() {
        for (const context of [...world.workers, ...world.pages]) {
          if (context.clock.running > 0)
            violated(`${context.name} still has ${context.clock.running} timers`);
        }
      },
    };
  },
};
