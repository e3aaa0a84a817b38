import type { Connectivity } from '@background-fetch/core';

export const connectivity: Connectivity = {
  isOnline: () => navigator.onLine,
  onOnline(callback) {
    self.addEventListener('online', callback);
    return () => self.removeEventListener('online', callback);
  },
};
