import type {
  BackgroundFetchEventName,
  BackgroundFetchRegistration,
  BackgroundFetchSnapshot,
  NetworkRequest,
  Reachability,
} from '@background-fetch/core';
import type { SimulatedFault } from '../network/simulated-fault.ts';
import type { Exchange } from '../network/simulated-network.ts';
import type { Commit } from '../store/memory-disk.ts';
import type { WriteFailure } from '../store/memory-store.ts';
import type { Actor } from './actor.ts';
import type { Reading } from './reading.ts';

/** Somebody who sees all that happens in a world, as it happens. */
export interface Observer {
  /** A write became durable. */
  committed?(commit: Commit, by: Actor): void;
  writeFailed?(failure: WriteFailure, by: Actor): void;
  /** An engine asks the network for something. */
  asked?(request: NetworkRequest, by: Actor): void;
  /** What an engine asked for has failed, or come without a body. */
  concluded?(request: NetworkRequest, by: Actor): void;
  /** A request has got a connection: to each origin that it is sent on to. */
  sent?(request: NetworkRequest): void;
  /** It has reached a server. */
  reached?(request: NetworkRequest): void;
  /** Something went wrong before there could be an answer. */
  faultMet?(fault: SimulatedFault, request: NetworkRequest): void;
  /** An engine has found out whether a server is there. */
  probed?(request: NetworkRequest, found: Reachability, by: Actor): void;
  /** From now on nobody answers at an origin, or somebody again. */
  outage?(origin: string, begins: boolean): void;
  /** An answer leaves its server. */
  answered?(exchange: Exchange): void;
  /** Nothing more comes of it. */
  ended?(exchange: Exchange): void;
  /** Less came of it than was to come. */
  cut?(exchange: Exchange): void;
  announced?(snapshot: BackgroundFetchSnapshot, by: Actor): void;
  dispatching?(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot, by: Actor): void;
  handled?(name: BackgroundFetchEventName, snapshot: BackgroundFetchSnapshot, by: Actor): void;
  warned?(message: string, by: Actor): void;
  started?(context: Actor): void;
  killed?(context: Actor): void;
  /** An engine has let go, as it was asked to. */
  stopped?(context: Actor): void;
  /** Somebody has got a registration object. */
  held?(registration: BackgroundFetchRegistration, by: Actor): void;
  abortAnswered?(fetch: BackgroundFetchSnapshot, aborted: boolean): void;
  /** `getIds()` has answered. */
  listed?(ids: readonly string[]): void;
  /** `match()` or `matchAll()` has answered: to a URL, or for all. */
  matched?(query: string | null, found: readonly Request[], fetch: BackgroundFetchSnapshot): void;
  /** A call of the API was rejected. */
  refused?(what: string, reason: unknown, by: Actor): void;
  /** A reader got something, or its end. */
  read?(reading: Reading, by: Actor): void;
  /** A promise was rejected, and nobody handles it. */
  unhandled?(reason: unknown): void;
  /** Far too much has happened. */
  endless?(): void;
  /** Nothing is left for anybody to do. */
  over?(): void;
  /** Some time has passed since then. */
  silent?(): void;
}

type Method<Name extends keyof Observer> = NonNullable<Observer[Name]>;

/** Passes on what happens to everybody who wants to know of it. */
export function tellAll<Name extends keyof Observer>(
  observers: readonly Observer[],
  name: Name,
  args: Parameters<Method<Name>>,
): void {
  for (const observer of observers) {
    const method = observer[name] as ((...args: Parameters<Method<Name>>) => void) | undefined;
    method?.apply(observer, args);
  }
}
