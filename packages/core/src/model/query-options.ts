/** Each holds if it is truthy. https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export interface QueryOptions {
  readonly ignoreMethod: unknown;
  readonly ignoreSearch: unknown;
  readonly ignoreVary: unknown;
}
