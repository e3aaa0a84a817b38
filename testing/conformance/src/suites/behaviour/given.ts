import type { LoggedRequest } from '@background-fetch/testing-fault-server';
import { assert } from 'chai';
import {
  ask,
  control,
  expectedBytes,
  progressed,
  resource,
  settled,
  sha256,
  uniqueKey,
} from '../../support/fetched.ts';
import { type EventReport, openScope, type ScopeOptions, type TestScope } from '../../support/scope.ts';
import type { EventName } from '../../worker/global.ts';

/** Opens a scope for all tests of the suite around it. */
export function useScope(options: ScopeOptions = {}): () => TestScope {
  let scope: TestScope | undefined;
  before('open the scope', async () => {
    scope = await openScope({ ...options, lasting: true });
  });
  after('close the scope', () => scope?.close());
  return () => scope as TestScope;
}

/** As `useScope`, with the events that end a fetch held: its records stay until the suite ends. */
export function useHeldScope(options: ScopeOptions = {}): () => TestScope {
  const scope = useScope(options);
  before('hold events', () => holdEnds(scope()));
  return scope;
}

/** Keeps the records of all background fetches of a scope available after they have settled. */
export async function holdEnds(scope: TestScope): Promise<void> {
  await scope.holdEvents('backgroundfetchsuccess');
  await scope.holdEvents('backgroundfetchfail');
  await scope.holdEvents('backgroundfetchabort');
}

/** The next event of this name for one background fetch; those of others are passed by. */
export async function eventOf(scope: TestScope, name: EventName, id: string): Promise<EventReport> {
  for (;;) {
    const report = await scope.nextEvent(name);
    if (report.id === id) return report;
  }
}

export type FaultValues = Readonly<Record<string, string | number>>;

/** A resource of the fault server that no other test knows. */
export interface Resource {
  readonly key: string;
  /** bytes */
  readonly size: number;
  readonly url: string;
  /** Where its first responses end too early, in bytes, once all before are stored. */
  readonly cuts: readonly number[];
}

/** @param origin another one than the page's, for requests that cross origins */
export function newResource(faults: FaultValues = {}, origin = location.origin): Resource {
  const key = uniqueKey('resource');
  const all = { size: 65_536, ...faults };
  return { key, size: Number(all.size), url: resource(key, all, origin), cuts: [] };
}

/**
 * A resource whose first responses are cut once all bytes before are stored: engines drop what they hold of a stream
 * that breaks, so that otherwise nobody could say where a resumption begins.
 * @param cuts bytes of the first response, of the second, …
 * @param next the attempts after these, as the fault server takes them
 */
export function newCutResource(
  cuts: readonly number[],
  faults: FaultValues = {},
  next = 'ok',
  origin = location.origin,
): Resource {
  const attempts = [...cuts.map((cut) => `stall:${cut}+cut:${cut}`), next].join('|');
  return { ...newResource({ size: 300_000, ...faults, attempts }, origin), cuts };
}

/** The URL of a resource that answers nothing until it is released. */
export function heldUrl(): string {
  return newResource({ hold: 1 }).url;
}

/** A place to send a request body to. */
export function newUpload(faults: FaultValues = {}, origin = location.origin): { key: string; url: string } {
  const key = uniqueKey('upload');
  const url = new URL(`/upload/${key}`, origin);
  for (const [name, value] of Object.entries(faults)) url.searchParams.set(name, `${value}`);
  return { key, url: url.href };
}

export function contentOf({ key, size }: Resource, version = 1): Uint8Array<ArrayBuffer> {
  return expectedBytes(key, version, 0, size);
}

/** Starts a background fetch with an id of its own. */
export function start(
  scope: TestScope,
  requests: RequestInfo | RequestInfo[],
  options: BackgroundFetchOptions = {},
): Promise<BackgroundFetchRegistration> {
  return scope.backgroundFetch.fetch(uniqueKey('id'), requests, options);
}

/** Starts a background fetch with an id of its own and waits until it has settled. */
export async function finish(
  scope: TestScope,
  requests: RequestInfo | RequestInfo[],
  options: BackgroundFetchOptions = {},
): Promise<BackgroundFetchRegistration> {
  return await settled(await start(scope, requests, options));
}

/** The first record, which is there as long as the records are available. */
export async function firstRecord(registration: BackgroundFetchRegistration): Promise<BackgroundFetchRecord> {
  const [record] = await registration.matchAll();
  if (!record) throw new Error(`Background fetch "${registration.id}" has no records`);
  return record;
}

export async function firstResponse(registration: BackgroundFetchRegistration): Promise<Response> {
  return await (await firstRecord(registration)).responseReady;
}

/** Reads chunks until so many bytes are there. */
export async function readAtLeast(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  bytes: number,
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for (let read = 0; read < bytes; ) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The body ended after ${read} bytes`);
    chunks.push(value);
    read += value.byteLength;
  }
  return chunks;
}

export async function readRest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

export function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  return (response.body as ReadableStream<Uint8Array>).getReader();
}

/** Waits until the records were let go, of which no event tells. */
export async function released(registration: BackgroundFetchRegistration): Promise<void> {
  while (registration.recordsAvailable) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The requests that the server got for a key, oldest first. */
export async function logOf({ key }: { readonly key: string }): Promise<LoggedRequest[]> {
  return (await ask(`/control/${key}/log`)) as LoggedRequest[];
}

/** Waits until the server's log of a key satisfies a condition; resolves with it. */
export async function serverSaw(
  file: { readonly key: string },
  isThere: (log: LoggedRequest[]) => boolean,
): Promise<LoggedRequest[]> {
  for (;;) {
    const log = await logOf(file);
    if (isThere(log)) return log;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the server received of one upload. */
export interface Upload {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** bytes */
  readonly size: number;
  readonly sha256: string;
  /** The first 64 KiB, of forms and text. */
  readonly text: string | null;
}

export async function uploadsOf({ key }: { readonly key: string }): Promise<Upload[]> {
  return (await ask(`/control/${key}/uploads`)) as Upload[];
}

/** Waits until a response of the resource is held or stalled. */
export async function stalled(file: { readonly key: string }): Promise<void> {
  await serverSaw(file, (log) => log.some(({ waiting }) => waiting));
}

/** Lets what is held or stalled of a resource go on, once there is something. */
export async function release(file: { readonly key: string }): Promise<void> {
  await stalled(file);
  await control(file.key, { release: true });
}

/** The `Range` fields of the requests for a resource, in their order; '' for a request without. */
export async function rangesAsked(file: { readonly key: string }): Promise<string[]> {
  return (await logOf(file)).map(({ headers }) => headers.range ?? '');
}

/**
 * Asserts that a background fetch of this request ends with a success whose bytes are one version of the resource.
 * The scope must hold its events.
 */
export async function assertFetchesVersion(
  scope: TestScope,
  file: Resource,
  version: number,
  request: RequestInfo = file.url,
): Promise<Response> {
  const registration = await start(scope, request);
  for (const cut of file.cuts) {
    await progressed(registration, ({ downloaded }) => downloaded === cut);
    await release(file);
  }
  await settled(registration);
  assert.equal(`${registration.result} ${registration.failureReason}`, 'success ');
  const response = await firstResponse(registration);
  const bytes = await response.clone().arrayBuffer();
  assert.equal(bytes.byteLength, file.size, 'length');
  assert.equal(await sha256(bytes), await sha256(contentOf(file, version)), `SHA-256 of version ${version}`);
  assert.equal(registration.downloaded, file.size, 'downloaded');
  return response;
}

/** Asserts that a background fetch of this request fails for this reason. The scope must hold its events. */
export async function assertFails(
  scope: TestScope,
  request: RequestInfo,
  reason: string,
): Promise<BackgroundFetchRegistration> {
  const registration = await finish(scope, request);
  assert.equal(`${registration.result} ${registration.failureReason}`, `failure ${reason}`);
  return registration;
}

/** Resolves with what the promise is rejected with. */
/** Looks whether each of these uploads has reached its server once. */
export async function assertSentOnce(...uploads: readonly { readonly key: string }[]): Promise<void> {
  for (const upload of uploads) {
    const sent = (await logOf(upload)).filter(({ method }) => method === 'POST');
    assert.lengthOf(sent, 1);
  }
}

export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error(`It should have been rejected, and was fulfilled with ${String(value)}`);
}

/** Asserts that the promise is rejected with a TypeError whose message names all of `parts`. */
export async function assertTypeError(promise: Promise<unknown>, ...parts: readonly string[]): Promise<void> {
  const error = await rejectionOf(promise);
  assert.instanceOf(error, TypeError);
  for (const part of parts) assert.include(error.message, part);
}

export async function assertDOMException(promise: Promise<unknown>, name: string): Promise<void> {
  const error = await rejectionOf(promise);
  assert.instanceOf(error, DOMException);
  assert.equal(error.name, name);
}
