/**
 * Where browsers reach the suite, and where its own server waits behind. Both have the same ports, so that the origins
 * which the server writes into its scripts are those that browsers see.
 */
export const frontAddress = '127.0.0.1';
export const suiteServerAddress = '127.0.0.2';

/** Two of each, as the suite's scripts expect. */
export interface Ports {
  readonly http: readonly [number, number];
  readonly https: readonly [number, number];
}
