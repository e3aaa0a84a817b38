import { defineEventHandler } from '@background-fetch/core';

/** https://wicg.github.io/background-fetch/#extensions-to-service-worker-global */
export function defineEventHandlers(global: object): void {
  for (const name of ['success', 'fail', 'abort', 'click']) {
    defineEventHandler(global, `backgroundfetch${name}`, (value) => value === globalThis);
  }
}
