/** https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export interface QueryOptions {
  readonly ignoreMethod: boolean;
  readonly ignoreSearch: boolean;
  readonly ignoreVary: boolean;
}
