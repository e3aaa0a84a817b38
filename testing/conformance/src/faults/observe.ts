import { contentOf, firstResponse, logOf, type Resource, start } from '../suites/behaviour/given.ts';
import { resource, settled, sha256, uniqueKey } from '../support/fetched.ts';
import { host } from '../support/host.ts';
import type { TestScope } from '../support/scope.ts';
import { type Download, type Outcome, type Target, usualSize } from './download.ts';

/** How much less than there is the fault server announces with `wire=length-short`, in bytes. */
const lengthLie = 1000;

/** Where a target's requests go. */
function originOf(target: Target): string {
  switch (target) {
    case 'same origin':
      return location.origin;
    case 'other origin':
      return host.crossOrigin;
    case 'trusted https':
      return host.secureOrigin;
    case 'untrusted https':
      return host.untrustedOrigin;
    case 'plain http taken for https':
      return host.crossOrigin.replace('http:', 'https:');
    case 'closed port':
      return host.closedOrigin;
    case 'unknown host':
      return 'https://nowhere.invalid';
  }
}

export function resourceOf({ parameters, target = 'same origin' }: Download): Resource {
  const key = uniqueKey('fault');
  const all = { size: usualSize, ...parameters };
  return { key, size: Number(all.size), url: resource(key, all, originOf(target)), cuts: [] };
}

/** Fetches the resource, and says what it came to. The scope holds its events. */
export async function observe(scope: TestScope, download: Download): Promise<Outcome> {
  const file = resourceOf(download);
  let registration: BackgroundFetchRegistration;
  try {
    registration = await start(scope, file.url, download.options);
  } catch (error) {
    return `refused: ${(error as Error).name}`;
  }
  const outcome = await outcomeOf(await settled(registration), file);
  return download.leavesAlone === undefined ? outcome : await checkPause(file, download.leavesAlone, outcome);
}

/** What a settled background fetch of one resource came to. */
export async function outcomeOf(registration: BackgroundFetchRegistration, file: Resource): Promise<Outcome> {
  const { result, failureReason } = registration;
  if (result === 'success') return await identify(registration, await firstResponse(registration), file);
  if (failureReason !== 'bad-status') return failureReason;
  const response = await firstResponse(registration);
  await response.arrayBuffer();
  return `bad-status (${response.status})`;
}

async function identify(
  { downloaded }: BackgroundFetchRegistration,
  response: Response,
  file: Resource,
): Promise<Outcome> {
  const bytes = await response.arrayBuffer();
  if (downloaded !== bytes.byteLength) return `${downloaded} bytes downloaded, ${bytes.byteLength} read`;
  if (bytes.byteLength === 0) return `empty (${response.status})`;
  const sent = await logOf(file);
  if (!sent.some(({ bytesSent, status }) => bytesSent > 0 && (status === 200 || status === 206))) {
    return 'a success that no server sent';
  }
  const hash = await sha256(bytes);
  for (const version of [1, 2]) {
    if (hash === (await sha256(contentOf(file, version)))) return `version ${version}`;
  }
  const announced = contentOf(file).subarray(0, file.size - lengthLie);
  if (hash === (await sha256(announced))) return 'the announced length';
  const unpacked = await unpackZstd(new Uint8Array(bytes));
  if (unpacked && (await sha256(unpacked)) === (await sha256(contentOf(file)))) {
    return 'the bytes as they were sent';
  }
  return `${bytes.byteLength} WRONG BYTES`;
}

/** The content of the raw blocks of which the fault server makes its Zstandard frames; undefined for anything else. */
async function unpackZstd(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 9 || view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  for (let offset = 6; offset + 3 <= bytes.length; ) {
    const size = (view.getUint16(offset, true) | ((bytes[offset + 2] ?? 0) << 16)) >> 3;
    blocks.push(bytes.subarray(offset + 3, offset + 3 + size));
    offset += 3 + size;
  }
  return new Uint8Array(await new Blob(blocks).arrayBuffer());
}

async function checkPause(file: Resource, pause: number, outcome: Outcome): Promise<Outcome> {
  const [first, second] = await logOf(file);
  const waited = (second?.at ?? 0) - (first?.at ?? 0);
  return waited >= pause ? outcome : `${outcome}, asked again sooner`;
}
