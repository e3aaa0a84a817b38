import type { RegistrationHost } from '@background-fetch/core';
import { findForbidden } from '../shared/caller-policy.ts';
import { registrationKey } from '../shared/context.ts';
import { refusal } from '../shared/refusal.ts';
import { getStartPolicy } from '../shared/start-policy.ts';
import { greet } from './greet.ts';
import { ping, post } from './ping.ts';
import { inUse } from './registrations.ts';

/** The engine of a registration, as a page or a worker reaches it: in its service worker. */
export function createPageHost(registration: ServiceWorkerRegistration): RegistrationHost {
  inUse.set(registration.scope, registration);
  return {
    hasActiveWorker: () => !!registration.active,
    key: (transaction) => registrationKey(registration.scope, transaction),
    requireEngine: () => greet(registration),
    wake: () => ping(registration),
    async click({ key, order }) {
      if (registration.active) post(registration.active, { type: 'click', key, order });
    },
    startPolicy: getStartPolicy,
    refusal,
    findForbidden,
    get clientUrl() {
      return location.href;
    },
  };
}
