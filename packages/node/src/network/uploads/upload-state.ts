/** What is kept of an upload that may have to be continued. */
export interface UploadState {
  readonly protocol: 'ietf' | 'tus';
  /** The upload resource; null while a request for one is under way that may be repeated without harm. */
  readonly url: string | null;
}

export function encodeUploadState({ protocol, url }: UploadState): string {
  return JSON.stringify({ protocol, url });
}

/** @throws TypeError for what another version has written, or nobody */
export function decodeUploadState(text: string): UploadState {
  const { protocol, url } = parse(text);
  const known = protocol === 'ietf' || protocol === 'tus';
  if (known && (url === null || (typeof url === 'string' && URL.canParse(url)))) return { protocol, url };
  throw new TypeError(`The upload can't be continued: what was kept of it is not understood: ${text}`);
}

function parse(text: string): { readonly protocol?: unknown; readonly url?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
