import type { IncomingHttpHeaders } from 'node:http';
import type { Faults } from './faults.ts';
import { Line } from './line.ts';
import { Pool } from './pools.ts';
import { Tokens } from './tokens.ts';

/** What arrived of one upload. */
export interface Upload {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Body bytes received. */
  readonly size: number;
  readonly sha256: string;
  /** The first 64 KiB as UTF-8, if the type is text, JSON or a form. */
  readonly text: string | null;
  /** False if the connection ended before the body did. */
  readonly complete: boolean;
}

/** What the server remembers of one key. */
export class KeyState {
  attempts = 0;
  uploadAttempts = 0;
  /** Set by the control; overrides the URL's version. */
  version: number | undefined;
  /** Set by the control; override the URL's parameters. */
  faults: Faults = {};
  readonly uploads: Upload[] = [];
  /** The key's requests, whatever pool they share with those of others. */
  readonly pool = new Pool();
  readonly line = new Line();
  /** What the last `ranges=coded` took its ranges of. */
  coded: { name: string; bytes: Promise<Uint8Array> } | undefined;
  readonly tokens = new Tokens();
  /** How many redirects led to an edge. */
  edgeRedirects = 0;
  #waiting = new Set<() => void>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves at the next release, or when the client is gone. */
  released(gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        this.#waiting.delete(proceed);
        gone.removeEventListener('abort', proceed);
        resolve();
      };
      this.#waiting.add(proceed);
      gone.addEventListener('abort', proceed);
      if (gone.aborted) {
        proceed();
      }
    });
  }

  /** Lets everything that is held or stalled now go on. */
  release(): void {
    for (const proceed of [...this.#waiting]) {
      proceed();
    }
  }
}

/** The states of all keys; a key exists once somebody names it. */
export class KeyStates {
  #states = new Map<string, KeyState>();

  of(key: string): KeyState {
    let state = this.#states.get(key);
    if (!state) {
      state = new KeyState();
      this.#states.set(key, state);
    }
    return state;
  }
}
