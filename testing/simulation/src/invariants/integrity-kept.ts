import { createHash } from 'node:crypto';
import type { Invariant } from './invariant.ts';
import { storedBody } from './stored-body.ts';

export const integrityKept: Invariant = {
  name: 'integrity-kept',
  promise: 'Every success passes the integrity that its request gives.',
  watch({ world }, violated) {
    return {
      committed({ records }) {
        for (const { after } of records) {
          if (after?.state !== 'settled' || after.result !== 'success' || !after.request.integrity) continue;
          const { request, responseData: data } = after;
          const body = data && storedBody(world.disk, after, data);
          const digest = createHash('sha256')
            .update(body ?? '')
            .digest('base64');
          if (`sha256-${digest}` !== request.integrity) violated(`${request.url} has another digest`);
        }
      },
    };
  },
};
