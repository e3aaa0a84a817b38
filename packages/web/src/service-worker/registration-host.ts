import type { RegistrationHost } from '@background-fetch/core';
import { findForbidden } from '../shared/caller-policy.ts';
import { registrationKey } from '../shared/context.ts';
import { refusal } from '../shared/refusal.ts';
import { getStartPolicy } from '../shared/start-policy.ts';
import { getIntegrity } from './integrity.ts';
import { scope } from './scope.ts';

/** The engine of the registration, as its own service worker reaches it. */
export function createWorkerHost({
  wake,
  click,
}: Pick<RegistrationHost, 'wake' | 'click'>): RegistrationHost {
  return {
    hasActiveWorker: () => scope.registration.active !== null,
    key: (transaction) => registrationKey(scope.registration.scope, transaction),
    requireEngine: async () => ({ integrity: getIntegrity() !== undefined }),
    wake,
    click,
    startPolicy: getStartPolicy,
    refusal,
    findForbidden,
    get clientUrl() {
      return location.href;
    },
  };
}
