import type { Connectivity } from '@background-fetch/core';

/** Node knows no link state: it is always online, and what fails is tried again by the retry policy. */
export const alwaysOnline: Connectivity = {
  isOnline: () => true,
  onOnline: () => () => {},
};
