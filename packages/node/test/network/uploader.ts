import type { NetworkRequest, NetworkResponse, StoredRequest, Upload } from '@background-fetch/core';
import type { NodeNetwork } from '../../src/network/create-network.ts';
import { bodyOf, requestFor } from './given.ts';

/** What is uploaded if nothing else is said. */
export const content = Buffer.alloc(3_000_000);
for (let index = 0; index < content.length; index++) content[index] = (index * 31 + (index >> 8)) & 255;

/** What the core does around a network: keeps a state, and makes attempts while there is one. */
export class Uploader {
  state: string | null | undefined;
  readonly sent: number[] = [];
  readonly errors: unknown[] = [];

  constructor(readonly body: Uint8Array = content) {}

  get failures(): number {
    return this.errors.length;
  }

  /** Every attempt has a network of its own, as if the process had been restarted. */
  async upload(
    url: string,
    create: () => NodeNetwork,
    differing: Partial<StoredRequest> = {},
  ): Promise<NetworkResponse> {
    for (;;) {
      try {
        return await this.attempt(create(), url, differing);
      } catch (error) {
        this.errors.push(error);
        if (typeof this.state !== 'string' || this.failures > 20) throw error;
      }
    }
  }

  attempt(
    adapter: NodeNetwork,
    url: string,
    differing: Partial<StoredRequest> = {},
  ): Promise<NetworkResponse> {
    return adapter.fetch(this.requestFor(url, differing));
  }

  requestFor(url: string, differing: Partial<StoredRequest> = {}): NetworkRequest {
    const upload: Upload = {
      state: this.state ?? undefined,
      keep: async (state) => {
        // a store takes its time
        await new Promise((resolve) => setImmediate(resolve));
        this.state = state;
      },
      sent: (bytes) => bytes !== undefined && this.sent.push(bytes),
    };
    const request = { method: 'POST', ...differing };
    return requestFor(url, request, { body: bodyOf(this.body), upload });
  }
}
