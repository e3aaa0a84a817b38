/** A serialised URL without its fragment. */
export function withoutFragment(url: string): string {
  return url.split('#')[0] as string;
}
