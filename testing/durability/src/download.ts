import { deepStrictEqual } from 'node:assert/strict';
import type { RemotePage } from '@background-fetch/testing-browsers';
import { expectedSha256 } from '@background-fetch/testing-fault-server';
import type { Session } from './session.ts';
import { mebibyte } from './transfer-account.ts';

/** A resource of the fault server that is sent slowly enough for something to happen meanwhile. */
export interface Download {
  readonly key: string;
  readonly size: number;
  readonly url: string;
}

/** What a page knows of a background fetch. */
export interface FetchState {
  readonly id: string;
  readonly downloaded: number;
  readonly result: string;
  readonly failureReason: string;
  readonly recordsAvailable: boolean;
}

/**
 * @param size MiB
 * @param rate MiB/s for each connection: a body of 16 MiB or more that has a strong ETag comes over four
 * @param faults further parameters of the fault server
 */
export function download(key: string, size: number, rate: number, faults = ''): Download {
  const url = `/r/${key}?size=${size * mebibyte}&rate=${rate * mebibyte}${faults}`;
  return { key, size: size * mebibyte, url };
}

export function start(
  session: Session,
  page: RemotePage,
  id: string,
  { url }: Download,
): Promise<FetchState> {
  return session.run(page, 'return (await app).start(...args)', id, [url]);
}

/** The active background fetch of this id, which the page holds from then on. */
export function look(session: Session, page: RemotePage, id: string): Promise<FetchState | null> {
  return session.run(page, 'return (await app).look(...args)', id);
}

/** Resolves when the page's registration tells the end. */
export function ended(session: Session, page: RemotePage, id: string): Promise<FetchState> {
  return session.run(page, 'return (await app).ended(...args)', id);
}

/** Waits until so much of a resource was sent at least once. */
export async function untilSent(session: Session, { key, size }: Download, share: number): Promise<void> {
  const wanted = share * size;
  await session.app.until(`${wanted} bytes of ${key} sent`, () => session.account(key).distinct >= wanted);
}

/** Waits until the event's handler has read the records, and compares every byte with what the server has. */
export async function expectRead(
  session: Session,
  id: string,
  { key, size }: Download,
  { skip = 0, patience }: { skip?: number; patience?: number } = {},
): Promise<void> {
  const waiting = { skip, ...(patience && { patience }) };
  const { bodies } = await session.app.untilNote('read', id, waiting);
  deepStrictEqual(bodies, [{ size, sha256: await expectedSha256({ key, version: 1, size }) }]);
}

/** A background fetch that is started and handled now: had the engine owed another event, it would have come, too. */
export async function expectNothingOwed(session: Session, page: RemotePage, id: string): Promise<void> {
  const before = session.app.count('success', id);
  const after = download('after', 1, 1000);
  await start(session, page, `after ${id}`, after);
  await expectRead(session, `after ${id}`, after);
  deepStrictEqual(session.app.count('success', id), before, `the success event of "${id}" came again`);
}
