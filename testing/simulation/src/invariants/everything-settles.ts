import type { Invariant } from './invariant.ts';

export const everyFetchSettles: Invariant = {
  name: 'every-fetch-settles',
  promise: 'Once the network is fair, every background fetch ends, and its event is handled.',
  watch({ world }, violated) {
    return {
      endless: () => violated('there is no end of what happens'),
      over() {
        for (const { id, state } of world.disk.fetches.values()) {
          if (state !== 'released') violated(`"${id}" is still ${state}`);
        }
      },
    };
  },
};

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

export const noUnhandledRejection: Invariant = {
  name: 'no-unhandled-rejection',
  promise: 'No promise is rejected without somebody who handles it.',
  watch(_, violated) {
    return {
      unhandled: (reason) => violated(`nobody handles ${reason instanceof Error ? reason.stack : reason}`),
    };
  },
};
