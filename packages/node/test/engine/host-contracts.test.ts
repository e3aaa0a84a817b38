import { setTimeout as delay } from 'node:timers/promises';
import {
  announcementsContract,
  clockContract,
  extendableEventContract,
  lockContract,
  randomContract,
} from '@background-fetch/testing-contracts';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { LocalAnnouncements } from '../../src/host/announcements.ts';
import { clock } from '../../src/host/clock.ts';
import { dispatchExtendable, ExtendableEvent } from '../../src/host/extendable-event.ts';
import { LocalLock } from '../../src/host/local-lock.ts';
import { random } from '../../src/host/random.ts';

const framework = { describe, it, beforeEach, afterEach };

// one process is one context: what others would hear over, it hears itself
announcementsContract(
  'of one process',
  () => {
    const announcements = new LocalAnnouncements();
    return {
      connect: () => announcements,
      arrive: async () => {},
      settle: (waiting) => waiting,
    };
  },
  framework,
);

lockContract(
  'of one process',
  () => {
    const lock = new LocalLock();
    return { connect: () => lock };
  },
  framework,
);

clockContract('of Node', () => ({ clock, pass: (duration) => delay(duration) }), framework);

randomContract('of Node', () => random, framework);

extendableEventContract(
  'of Node',
  { create: (type) => new ExtendableEvent(type), dispatch: dispatchExtendable },
  framework,
);
