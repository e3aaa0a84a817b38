import { apache } from './apache.ts';
import { nginx } from './nginx.ts';
import type { Place, Site } from './site.ts';

/** nginx in front of Apache. */
function proxy(
  name: string,
  does: string,
  parts: { readonly http?: string; readonly files: string },
  rest: Partial<Site> = {},
): Site {
  return {
    name: `nginx before Apache: ${name}`,
    does,
    ...rest,
    programs: (place) => {
      const behind = { ...place, directory: `${place.directory}/upstream` };
      const http = `proxy_cache_path ${place.directory}/cache keys_zone=kept:1m; ${parts.http ?? ''}`;
      return [
        nginx(place, { http, files: `${passTo(place)} ${parts.files}` }),
        apache(behind, place.upstreamPort),
      ];
    },
  };
}

function passTo({ upstreamPort }: Place): string {
  return `proxy_pass http://127.0.0.1:${upstreamPort}; proxy_http_version 1.1; proxy_set_header Connection "";`;
}

export const proxySites: readonly Site[] = [
  proxy('proxy_pass', 'hands on ranges, keeps nothing', { files: '' }),
  proxy(
    'proxy_cache',
    'keeps whole files, and serves ranges of them',
    {
      files: 'proxy_cache kept; proxy_cache_valid 200 10m;',
    },
    { stale: true },
  ),
  proxy(
    'proxy_cache_use_stale',
    'serves what it kept until it has the next version',
    {
      files:
        'proxy_cache kept; proxy_cache_valid 200 1s; proxy_cache_revalidate on; proxy_cache_background_update on; ' +
        'proxy_cache_use_stale error timeout updating http_502;',
    },
    { stale: true },
  ),
  proxy(
    'slice',
    'asks for slices, and keeps each of them',
    {
      files:
        'slice 1m; proxy_cache kept; proxy_cache_key $uri$is_args$args$slice_range; proxy_cache_valid 200 206 10m; ' +
        'proxy_set_header Range $slice_range;',
    },
    {
      stale: true,
      shows: [/large\.bin.* 206 /],
      lost: {
        replaced:
          'nginx ends each response where its slices of one version end, for as long as it keeps them',
      },
    },
  ),
];
