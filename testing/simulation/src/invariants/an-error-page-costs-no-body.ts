import type { Invariant } from './invariant.ts';

export const anErrorPageCostsNoBody: Invariant = {
  name: 'an-error-page-costs-no-body',
  promise: 'A page that says what went wrong takes the place of no body that was received in part.',
  watch(_, violated) {
    return {
      committed({ records }) {
        for (const { before, after } of records) {
          const [part, next] = [before?.responseData, after?.responseData];
          if (part?.head.status !== 200 || part.stored.length === 0) continue;
          if (!after || !next || next.body === part.body || next.head.status < 400) continue;
          if (after.interrupted?.body !== part.body)
            violated(`${after.request.url} lost its body to ${next.head.status}`);
        }
      },
    };
  },
};
