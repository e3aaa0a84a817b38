// The types of other specifications that the API takes from an app.

/**
 * The types by which an app names a request. TypeScript's DOM library has `RequestInfo` without URL objects, and
 * Node's types have none.
 * https://fetch.spec.whatwg.org/#requestinfo
 */
export type RequestInfo = Request | string | URL;

/** https://w3c.github.io/image-resource/#dom-imageresource */
export interface ImageResource {
  src: string;
  sizes?: string;
  type?: string;
  label?: string;
}

/**
 * The options of `match()` and `matchAll()`, each false by default.
 * https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions
 */
export interface CacheQueryOptions {
  ignoreMethod?: boolean;
  ignoreSearch?: boolean;
  ignoreVary?: boolean;
}

/** The options as they were read from an app's object: each holds if it is truthy. */
export type QueryOptions = { readonly [Name in keyof Required<CacheQueryOptions>]: unknown };
