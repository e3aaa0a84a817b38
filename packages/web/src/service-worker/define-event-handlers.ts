import { defineEventHandler } from '@background-fetch/core';

/**
 * On the global itself, as members of a global interface are; they may be used without it.
 * https://wicg.github.io/background-fetch/#extensions-to-service-worker-global
 */
export function defineEventHandlers(global: object): void {
  for (const name of ['success', 'fail', 'abort', 'click']) {
    defineEventHandler(global, `backgroundfetch${name}`, (value) =>
      (value ?? globalThis) === globalThis ? (globalThis as unknown as EventTarget) : null,
    );
  }
}
