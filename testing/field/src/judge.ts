/** One response of a background fetch, as the app read it. */
export type Body =
  | { readonly url: string; readonly status: number; readonly size: number; readonly sha256: string }
  | { readonly url: string; readonly error: string };

/** How a background fetch ended. */
export interface Ending {
  readonly result: string;
  readonly failureReason: string;
  readonly downloaded: number;
  readonly bodies: readonly Body[];
}

/** What a body may be: the name of each content, by its SHA-256. */
export type Contents = ReadonlyMap<string, string>;

export interface Verdict {
  /** What each body was, in the order of the requests. */
  readonly found: readonly string[];
  /** The places of those that are no version, whole. */
  readonly wrong: readonly number[];
  /** Why this is no whole download; empty if it is one. */
  readonly faults: readonly string[];
}

/**
 * Whether a background fetch brought each file whole.
 * @param allowed by the URL of each request, what was on disk while it was under way
 */
export function judge(ending: Ending, allowed: ReadonlyMap<string, Contents>): Verdict {
  const { result, failureReason, downloaded, bodies } = ending;
  const faults: string[] = [];
  if (result !== 'success') faults.push(`it ended with "${result}", ${failureReason || 'without a reason'}`);
  const asked = [...allowed.keys()];
  const got = bodies.map(({ url }) => url);
  if (got.join() !== asked.join()) faults.push(`it has records of ${got.length} of ${asked.length} requests`);
  const wrong: number[] = [];
  const found = bodies.map((body, index) => {
    if ('error' in body) {
      wrong.push(index);
      faults.push(`${body.url} can't be read: ${body.error}`);
      return 'nothing';
    }
    const name = allowed.get(body.url)?.get(body.sha256);
    if (name === undefined || body.status !== 200) {
      wrong.push(index);
      const shown = body.sha256.slice(0, 16);
      faults.push(
        `${body.url}: status ${body.status}, ${body.size} bytes of ${name ?? `no file (${shown}…)`}`,
      );
    }
    return name ?? 'no file';
  });
  const read = bodies.reduce((sum, body) => sum + ('size' in body ? body.size : 0), 0);
  if (result === 'success' && read !== downloaded) {
    faults.push(`${downloaded} bytes are said to be downloaded, and ${read} can be read`);
  }
  return { found, wrong, faults };
}
