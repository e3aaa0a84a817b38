/** As apps give them. https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export interface CacheQueryOptions {
  ignoreMethod?: boolean;
  ignoreSearch?: boolean;
  ignoreVary?: boolean;
}

/** As they were found in what an app gave: each holds if it is truthy. */
export type QueryOptions = { readonly [Name in keyof Required<CacheQueryOptions>]: unknown };
