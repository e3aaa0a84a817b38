import { blockBadPort, isRequest, type RegistrationHost, type RegistrationKey } from '@background-fetch/core';

/** A store of Node has one registration. */
export const registrationKey: RegistrationKey = 'node';

/** Why a URL may not be fetched here, null if it may. */
export function refusal(url: URL): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return `only https: and http: are allowed, not ${url.protocol}`;
  }
  return blockBadPort(url);
}

/** The functions of an engine that its API calls. */
export interface RegistrationHostOptions {
  /** Absolute; '' for none. */
  readonly baseUrl: string;
  readonly wake: () => void;
  readonly click: RegistrationHost['click'];
  /** Throws once the engine was closed. */
  readonly requireOpen: () => void;
}

/** The engine, as the API reaches it. */
export function createRegistrationHost({
  baseUrl,
  wake,
  click,
  requireOpen,
}: RegistrationHostOptions): RegistrationHost {
  return {
    hasActiveWorker: () => true,
    async key() {
      requireOpen();
      return registrationKey;
    },
    requireEngine: async () => ({ integrity: true }),
    wake,
    click,
    async startPolicy() {
      requireOpen();
      return 'start';
    },
    refusal,
    clientUrl: baseUrl,
    toRequest: (input) =>
      isRequest(input) ? copyRequest(input) : new Request(resolveUrl(`${input}`, baseUrl)),
  };
}

/** Node 24 loses these two members in a copy: docs/discoveries.md#requests-and-responses-that-are-copied */
function copyRequest(request: Request): Request {
  const { referrer, referrerPolicy } = request;
  return new Request(request, { referrer, referrerPolicy });
}

function resolveUrl(url: string, baseUrl: string): string {
  if (baseUrl) return new URL(url, baseUrl).href;
  if (!URL.canParse(url) && URL.canParse(url, 'https://example.com/')) {
    throw new TypeError('it is relative, and the engine was opened without a "baseUrl"');
  }
  return url;
}
