import type { Faults } from './faults.ts';

/**
 * What large hosts tell of a file, and let other origins read of that, by what people have shown of their responses:
 * huggingface/datasets#7931 (the CDN of January 2026), jsDelivr's at many places, gm3dmo/the-power#393 and
 * kvark/vange-rs#283 (GitHub's release assets), the CORS configurations that Amazon S3 and Google Cloud Storage document.
 * GitHub and the two stores expose nothing by themselves: what other origins may read of any response is left, which
 * includes Last-Modified and Content-Length.
 */
export const hosts = {
  huggingface: {
    expose: 'Accept-Ranges,Content-Range,Content-Type,Content-Disposition,ETag,X-Cache',
    lastmod: 'none',
  },
  jsdelivr: { expose: '*', etag: 'weak', lastmod: 'none', cache: 'immutable' },
  s3: {},
  gcs: { expose: 'Content-Type' },
  github: {},
} as const satisfies Record<string, Faults>;

/** The faults of the host that `cors` names, where nothing else is said. */
export function withHost(faults: Faults): Faults {
  const host = Object.entries(hosts).find(([name]) => name === faults.cors)?.[1];
  return { ...host, ...faults };
}
