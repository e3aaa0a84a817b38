import { wantsNative } from './background-fetch.ts';

/** With `?native`, the other page shall be native too. */
export function keepNativeInLinks(): void {
  if (!wantsNative) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a')) link.search = '?native';
}
