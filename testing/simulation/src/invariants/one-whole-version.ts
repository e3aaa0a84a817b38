import { getHeader } from '@background-fetch/core';
import type { Invariant } from './invariant.ts';
import { ServedBodies } from './served-bodies.ts';
import { storedBody } from './stored-body.ts';

/** Hosts that take a cut for an end can't verify a body whose server tells no length: those are logged. */
const unverified = /^(\S+): its \d+ bytes are accepted unverified/;

export const oneWholeVersion: Invariant = {
  name: 'one-whole-version',
  promise: 'Every success is byte for byte one version that the server really served, whole.',
  watch({ world }, violated) {
    const served = ServedBodies.of(world);
    const exempt = new Set<string>();
    return {
      warned(message) {
        const url = unverified.exec(message)?.[1];
        if (url && !world.network.signalsTruncation) exempt.add(url);
      },
      committed({ records }) {
        for (const { before, after } of records) {
          if (after?.state !== 'settled' || after.result !== 'success' || before?.state === 'settled')
            continue;
          const { request, responseData: data } = after;
          if (!data) violated(`record ${after.index} of ${request.url} is a success without a response`);
          if (!data) continue;
          const { status } = data.head;
          if (status < 200 || status > 299) violated(`${request.url} is a success of status ${status}`);
          const body = storedBody(world.disk, after, data);
          if (!body)
            violated(`${request.url} is a success with bytes missing: ${JSON.stringify(data.stored)}`);
          if (!body) continue;
          const versions = served.candidates(request, data.head);
          const isWhole = versions.some((version) => Buffer.compare(version, body) === 0);
          const isPart = (version: Uint8Array) =>
            Buffer.compare(version.subarray(0, body.length), body) === 0;
          if (isWhole || (exempt.has(request.url) && versions.some(isPart))) continue;
          // a server that announces less than it sends is found out by what it sends, unless a death comes before that
          if (getHeader(data.head.headers, 'content-length') === `${body.length}` && versions.some(isPart))
            continue;
          const kind = versions.some(isPart) ? 'is cut short' : 'is no version that was served';
          violated(`${request.url} is a success of ${body.length} bytes, and ${kind}`);
        }
      },
    };
  },
};
