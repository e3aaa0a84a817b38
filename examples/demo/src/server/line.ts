import type { Socket } from 'node:net';
import type { CatalogueFile } from '../catalogue.ts';
import { Throttle } from './throttle.ts';

/** Bytes per second; 0 is no limit. */
export interface LineSpeeds {
  readonly episodes: number;
  readonly model: number;
}

/** Slow enough for episodes that progress can be watched. */
const defaultSpeeds: LineSpeeds = { episodes: 4_000_000, model: 0 };

/** What lies between the server and its clients: its speed can be set, and it can be cut. */
export class Line {
  readonly #throttles = {
    episodes: new Throttle(defaultSpeeds.episodes),
    model: new Throttle(defaultSpeeds.model),
  };
  readonly #downloading = new Set<Socket>();

  get speeds(): LineSpeeds {
    return { episodes: this.#throttles.episodes.rate, model: this.#throttles.model.rate };
  }

  set speeds({ episodes, model }: LineSpeeds) {
    this.#throttles.episodes.rate = episodes;
    this.#throttles.model.rate = model;
  }

  throttleFor(role: CatalogueFile['role']): Throttle {
    return role === 'model' ? this.#throttles.model : this.#throttles.episodes;
  }

  /** Does `work` while the socket counts as downloading, and so can be cut. */
  async during(socket: Socket, work: () => Promise<void>): Promise<void> {
    this.#downloading.add(socket);
    try {
      await work();
    } finally {
      this.#downloading.delete(socket);
    }
  }

  /** Drops every connection that downloads now; returns how many they were. */
  cut(): number {
    const sockets = [...this.#downloading];
    for (const socket of sockets) socket.destroy();
    return sockets.length;
  }
}

/** Throws where a client sent something else than speeds. */
export function readSpeeds(value: unknown): LineSpeeds {
  const { episodes, model } = (value ?? {}) as Partial<Record<keyof LineSpeeds, unknown>>;
  if (!isSpeed(episodes) || !isSpeed(model)) {
    throw new TypeError(
      `Line speeds are bytes per second, like {"episodes": 4000000, "model": 0}; got ${JSON.stringify(value)}`,
    );
  }
  return { episodes, model };
}

function isSpeed(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
