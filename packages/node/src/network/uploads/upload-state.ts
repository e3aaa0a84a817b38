/** The protocols that can continue an upload. */
export const uploadProtocols = ['ietf', 'tus'] as const;
/** The name of a protocol that can continue an upload. */
export type UploadProtocolName = (typeof uploadProtocols)[number];

/** The kept state of an upload that may have to be continued. A count that is absent is 0, or not known. */
export interface UploadState {
  readonly protocol: UploadProtocolName;
  /** The upload resource; null while a request for one is under way that may be repeated without harm. */
  readonly url: string | null;
  /** bytes that the resource said it has */
  readonly acknowledged?: number | undefined;
  /** The offset up to which, at most, bytes of the body were sent to the resource; absent where that is not known. */
  readonly reach?: number | undefined;
  /** Whether the last byte of the body may have left since the resource said how much it has. */
  readonly ended?: boolean | undefined;
  /** bytes of the body that left, to this and to earlier resources */
  readonly sent?: number | undefined;
  /** Earlier resources that were gone. */
  readonly gone?: number | undefined;
}

/** The state as the text that is kept. */
export function encodeUploadState(state: UploadState): string {
  const { protocol, url, acknowledged, reach, ended, sent, gone } = state;
  return JSON.stringify({ protocol, url, acknowledged, reach, ended, sent, gone });
}

/** @throws TypeError for what another version has written, or nobody */
export function decodeUploadState(text: string): UploadState {
  const { protocol, url, ended, ...counts } = parse(text);
  const { acknowledged, reach, sent, gone } = counts;
  const known = uploadProtocols.find((name) => name === protocol);
  const isPlace = url === null || (typeof url === 'string' && URL.canParse(url));
  if (
    known !== undefined &&
    isPlace &&
    isCount(acknowledged) &&
    isCount(reach) &&
    isCount(sent) &&
    isCount(gone)
  )
    return { protocol: known, url, acknowledged, reach, ended: ended === true || undefined, sent, gone };
  throw new TypeError(`The upload can't be continued: what was kept of it is not understood: ${text}`);
}

function isCount(value: unknown): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0);
}

function parse(text: string): { readonly [name in keyof UploadState]?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
