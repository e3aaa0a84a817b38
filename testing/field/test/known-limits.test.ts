import { describe, expect, it } from 'vitest';
import { knownLimitOf } from '../src/hosts/known-limits.ts';
import { sites } from '../src/sites/index.ts';

function limited(host: Parameters<typeof knownLimitOf>[0], has: 'patience' | 'showsByChance'): string[] {
  return sites.filter((site) => knownLimitOf(host, site)?.[has]).map(({ name }) => name);
}

describe('what is known of hosts', () => {
  it('makes WebKit late where sites have HTTP/2', () => {
    expect(limited('webkit', 'patience')).toEqual(['nginx: HTTP/2', 'nginx: HTTP/2, CORS']);
  });

  it('excuses WebKit from being refused where a site bears two requests, and nowhere else', () => {
    expect(limited('webkit', 'showsByChance')).toEqual(['nginx: limit_conn 2', 'nginx: limit_conn 2, 429']);
  });

  it('is nothing of other hosts', () => {
    for (const host of ['node', 'cli', 'chromium', 'firefox'] as const)
      expect(sites.filter((site) => knownLimitOf(host, site))).toEqual([]);
  });
});
