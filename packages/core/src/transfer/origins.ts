import type { EngineOptions } from './options.ts';
import { Origin, type OriginPorts } from './origin.ts';

/** The number of origins above which those are forgotten that nobody uses. */
const mostIdle = 256;

/** The origins that one engine asks, with what all its records have learnt of them. */
export class Origins {
  readonly #origins = new Map<string, Origin>();
  readonly #ports: OriginPorts;
  readonly #options: EngineOptions;

  constructor(ports: OriginPorts, options: EngineOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  of(url: string): Origin {
    const { origin: name } = new URL(url);
    const known = this.#origins.get(name);
    if (known) return known;
    if (this.#origins.size >= mostIdle) {
      for (const [idle, { isIdle }] of this.#origins) if (isIdle) this.#origins.delete(idle);
    }
    const origin = new Origin(name, this.#ports, this.#options, this.#fillAll);
    this.#origins.set(name, origin);
    return origin;
  }

  readonly #fillAll = (): void => {
    for (const origin of this.#origins.values()) origin.fill();
  };
}
