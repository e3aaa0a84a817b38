import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchSettings } from './protocol.ts';

/** Begins what stands for a text in a note. No certificate begins so. */
const mark = 'sha256:';

/**
 * The certificates that fetches trust. A bundle of them has 200 KB, and is the same for all fetches as a rule: notes name its
 * digest, and it is stored, and held in memory, once.
 */
export class Authorities {
  readonly #directory: string;
  readonly #texts = new Map<string, string>();
  readonly #digests = new Map<string, string>();
  /** Those that are stored, or about to be: several fetches with the same begin at the same time. */
  readonly #stored = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The same settings, whose texts are those of other fetches. */
  intern(settings: FetchSettings): FetchSettings {
    return withTexts(settings, (text) => this.#texts.get(this.#digestOf(text)) ?? text);
  }

  /** Settings as a note holds them. */
  async store(settings: FetchSettings): Promise<FetchSettings> {
    for (const text of textsOf(settings)) {
      const digest = this.#digestOf(text);
      const storing = this.#stored.get(digest) ?? this.#write(digest, text);
      this.#stored.set(digest, storing);
      await storing;
    }
    return withTexts(settings, (text) => mark + this.#digestOf(text));
  }

  async #write(digest: string, text: string): Promise<void> {
    const path = join(this.#directory, digest);
    try {
      await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
      await rename(`${path}.new`, path);
    } catch (error) {
      // the next fetch tries again
      this.#stored.delete(digest);
      throw error;
    }
  }

  /** Settings as a fetch needs them. */
  async load(settings: FetchSettings): Promise<FetchSettings> {
    for (const name of textsOf(settings)) {
      const digest = name.slice(mark.length);
      if (!name.startsWith(mark) || !/^[0-9a-f]{64}$/.test(digest))
        throw new TypeError('its authorities have no digest');
      if (this.#stored.has(digest)) continue;
      const text = await readFile(join(this.#directory, digest), 'utf8');
      if (this.#digestOf(text) !== digest) throw new TypeError(`its authorities ${digest} were changed`);
      this.#stored.set(digest, Promise.resolve());
    }
    return withTexts(settings, (name) => this.#texts.get(name.slice(mark.length)) ?? '');
  }

  #digestOf(text: string): string {
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    const digest = createHash('sha256').update(text).digest('hex');
    this.#digests.set(text, digest);
    this.#texts.set(digest, text);
    return digest;
  }
}

function textsOf({ connection }: FetchSettings): string[] {
  return [connection?.ca, connection?.extraCa].filter((text) => text !== undefined);
}

function withTexts(settings: FetchSettings, replace: (text: string) => string): FetchSettings {
  const { connection } = settings;
  if (!connection) return settings;
  const { ca, extraCa, ...rest } = connection;
  return {
    ...settings,
    connection: {
      ...rest,
      ...(ca !== undefined && { ca: replace(ca) }),
      ...(extraCa !== undefined && { extraCa: replace(extraCa) }),
    },
  };
}
