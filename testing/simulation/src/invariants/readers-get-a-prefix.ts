import type { FetchKey } from '@background-fetch/core';
import { mayBeMixed } from './exemptions.ts';
import type { Invariant } from './invariant.ts';
import { revivedKeys } from './revival.ts';
import { ServedBodies } from './served-bodies.ts';

export const readersGetAPrefix: Invariant = {
  name: 'readers-get-a-prefix',
  promise:
    'What a reader has got is, at any moment, the beginning of one version, and nothing before it is checked; of a success, in the end all of it.',
  watch(simulation, violated) {
    const { world } = simulation;
    const served = ServedBodies.of(world);
    /** Fetches that went on, and may have found another version of what was complete. */
    const revived = new Set<FetchKey>();
    return {
      committed({ fetches }) {
        for (const key of revivedKeys(fetches)) revived.add(key);
      },
      read({ request, response, bytes, end, key, index, complete }, { registration }) {
        const mayBeLost = simulation.isPurged(registration) || revived.has(key);
        if (end === 'failed' && complete && !mayBeLost)
          violated(`a reader of ${request.url} lost a body that was complete`);
        const record = world.disk.records.get(JSON.stringify([key, index]));
        const isUnchecked = request.integrity !== '' && record && record.state !== 'settled';
        if (isUnchecked && bytes.length > 0 && !revived.has(key))
          violated(`a reader has bytes of ${request.url} that are not checked yet`);
        if (mayBeMixed(request)) return;
        const versions = served.candidates(request, response);
        const fitting = versions.filter(
          (version) => Buffer.compare(version.subarray(0, bytes.length), bytes) === 0,
        );
        if (bytes.length > 0 && fitting.length === 0) {
          violated(`a reader has ${bytes.length} bytes of ${request.url} that no version begins with`);
        }
        if (end !== 'closed') return;
        const stored = record?.responseData?.stored[0]?.end ?? 0;
        if (record && record.state !== 'settled')
          violated(`a body of ${request.url} ended before its record`);
        if (record && stored !== bytes.length) {
          violated(`a reader got ${bytes.length} bytes of ${request.url} as all of ${stored}`);
        }
      },
    };
  },
};
