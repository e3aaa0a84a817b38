import { apacheSites } from './apache.ts';
import { lighttpdSites } from './lighttpd.ts';
import { nginxSites } from './nginx.ts';
import { proxySites } from './proxies.ts';
import type { Site } from './site.ts';

export const sites: readonly Site[] = [...nginxSites, ...proxySites, ...apacheSites, ...lighttpdSites];
