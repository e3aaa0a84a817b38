import { failuresIn, reasonOf, redactText } from '@background-fetch/common';
import { CodingError, FaultError } from '@background-fetch/node';

/** characters of a cause: it is one line */
const longestCause = 300;

/** What errors of the system and of TLS mean, and what to do. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (connection refused): is the server running, and the port right?',
  ENOTFOUND: 'there is no host of that name: look at the URL, and at the name servers',
  EAI_AGAIN: 'the name of the host could not be looked up: is there a network?',
  ENETUNREACH: 'the network can not be reached: is there one?',
  EHOSTUNREACH: 'the host can not be reached: is it there, and does a firewall let you through?',
  ETIMEDOUT: 'the host did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'the host did not answer in time',
  ECONNRESET: 'the server ended the connection',
  EPIPE: 'the server ended the connection',
  UND_ERR_SOCKET: 'the server ended the connection',
  ENOSPC: 'the disk is full: free some space, or choose another --store',
  EDQUOT: 'your quota of the disk is used up: free some space, or choose another --store',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS there, or none that is still accepted',
};

const ofCertificates = /CERT|SIGNATURE/;
const certificateAdvice = ': --cacert FILE trusts its authority, --insecure checks nothing';

/** Why an attempt failed, in one line, without what opens anything. */
export function describeCause(error: unknown): string {
  const own = error instanceof FaultError ? error.message.slice(error.message.lastIndexOf(': ') + 2) : null;
  return redactText(own ?? describeFailure(error)).slice(0, longestCause);
}

function describeFailure(error: unknown): string {
  if (error instanceof CodingError)
    return `${error.message} (without --compressed, what comes is saved as it was sent)`;
  const failures = [...failuresIn(error)];
  for (const failure of failures) {
    const code = String(failure.code ?? '');
    const meaning = meanings[code];
    if (meaning === undefined) continue;
    if (!ofCertificates.test(code)) return meaning;
    const names = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ` (${String(failure.message)})` : '';
    return meaning + names + certificateAdvice;
  }
  // the error nearest to what went wrong says it best; those around it name the request
  const deepest = failures.at(-1);
  return String(deepest?.message || reasonOf(error)).split('\n', 1)[0] ?? '';
}

/** Why the files of a daemon's fetches failed last, as far as this process has seen it. */
export class Causes {
  readonly #byFetch = new Map<string, Map<string, string>>();

  note(fetchId: string, url: string, error: unknown): void {
    const causes = this.#byFetch.get(fetchId) ?? new Map<string, string>();
    this.#byFetch.set(fetchId, causes.set(url, describeCause(error)));
  }

  /** null where nothing is known. Where nobody answers one request, others to the same origin are not even made. */
  of(fetchId: string, url: string): string | null {
    const causes = this.#byFetch.get(fetchId);
    const own = causes?.get(url);
    if (own !== undefined || !causes) return own ?? null;
    const { origin } = new URL(url);
    for (const [other, cause] of causes) if (new URL(other).origin === origin) return cause;
    return null;
  }

  forget(fetchId: string): void {
    this.#byFetch.delete(fetchId);
  }
}
