import { setTimeout as delay } from 'node:timers/promises';
import {
  type Clock,
  type NetworkRequest,
  type NetworkResponse,
  noRetries,
  type RequestBody,
  type StoredRequest,
} from '@background-fetch/core';
import { type FaultServer, fillBody, startFaultServer } from '@background-fetch/testing-fault-server';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createNetwork, type NetworkOptions, type NodeNetwork } from '../../src/network/create-network.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(duration, callback) {
    const timer = setTimeout(callback, duration);
    return () => clearTimeout(timer);
  },
};

/** One fault server for all tests of a file. */
export function useFaultServer(): () => FaultServer {
  let server: FaultServer | undefined;
  beforeAll(async () => {
    server = await startFaultServer();
  });
  afterAll(() => server?.close());
  return () => {
    if (!server) throw new Error('The fault server is used before it started: ask for it inside a test.');
    return server;
  };
}

/** Networks that are closed after the test. */
export function useNetworks(): (options?: Partial<NetworkOptions>) => NodeNetwork {
  const open: NodeNetwork[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((network) => network.close()));
  });
  return (options = {}) => {
    const network = createNetwork({ clock: systemClock, ...options });
    open.push(network);
    return network;
  };
}

export function requestFor(
  url: string,
  differing: Partial<StoredRequest> = {},
  asked: Partial<Omit<NetworkRequest, 'request'>> = {},
): NetworkRequest {
  const request: StoredRequest = {
    url,
    method: 'GET',
    headers: [],
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: '',
    referrerPolicy: '',
    integrity: '',
    hasBody: asked.body != null,
    ...differing,
  };
  const { signal } = new AbortController();
  return { id: 'film', retries: noRetries, body: null, headers: {}, fresh: false, signal, ...asked, request };
}

export function bodyOf(bytes: Uint8Array): RequestBody {
  return { size: bytes.byteLength, value: bytes };
}

export async function bytesOf({ body }: NetworkResponse): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const reader = body?.getReader();
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) parts.push(next.value);
  return new Uint8Array(Buffer.concat(parts));
}

/** What the fault server's `/echo` answers; `/upload` answers the size alone. */
interface Answer {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly bodyBase64: string;
  readonly size: number;
}

export async function jsonOf(response: NetworkResponse): Promise<Answer> {
  return JSON.parse(new TextDecoder().decode(await bytesOf(response)));
}

export function headerIn({ head }: NetworkResponse, name: string): string | null {
  return head.headers.find(([other]) => other === name)?.[1] ?? null;
}

export function expectedBytes(key: string, version: number, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  fillBody(bytes, key, version, start);
  return bytes;
}

/** Lets the event loop turn until something is the case; what never is runs into the test's time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}
