import type { Fault, FaultGroup } from '../fault.ts';

const repeatedByChromium = {
  outcome: 'version 1, asked again sooner',
  because: 'Chromium itself repeats at once what a connection that it reuses answers with 408',
};

const retried = [408, 425, 429, 500, 502, 503, 504].flatMap((status): Fault[] => [
  { name: `${status}, once`, parameters: { attempts: `status:${status}|ok` }, expected: 'version 1' },
  {
    name: `${status}, Retry-After in seconds`,
    parameters: { attempts: `status:${status}+retryafter:1|ok` },
    expected: 'version 1',
    leavesAlone: 1000,
    ...(status === 408 && { except: { chromium: repeatedByChromium } }),
  },
  {
    // longer than the suite's longestRetryAfter, which is what is waited then
    name: `${status}, Retry-After as a date`,
    parameters: { retryafter: 'Fri, 01 Jan 2100 00:00:00 GMT', attempts: `status:${status}|ok` },
    expected: 'version 1',
    leavesAlone: 1000,
    ...(status === 408 && { except: { chromium: repeatedByChromium } }),
  },
]);

/** What gateways say that are in no registry: a status that nobody knows is the 500 of its class. */
const unregistered = [509, 520, 522, 529, 599].map(
  (status): Fault => ({
    name: `${status}, once`,
    parameters: { attempts: `status:${status}|ok` },
    expected: 'version 1',
  }),
);

const final = [401, 403, 404, 410, 451, 501, 505, 508].map(
  (status): Fault => ({
    name: `${status}`,
    parameters: { status },
    expected: `bad-status (${status})`,
  }),
);

export const statuses: FaultGroup = {
  title: 'Status',
  faults: [
    ...retried,
    ...unregistered,
    { name: '503 for ever', parameters: { status: 503 }, expected: 'bad-status (503)' },
    { name: '204', parameters: { status: 204 }, expected: 'empty (204)' },
    { name: '205', parameters: { status: 205 }, expected: 'empty (205)' },
    { name: '206 unasked', parameters: { unasked206: 1 }, expected: 'fetch-error' },
    { name: '206 unasked, of a part', parameters: { unasked206: 1, partial: 1000 }, expected: 'fetch-error' },
    { name: '304 unasked', parameters: { status: 304 }, expected: 'bad-status (304)' },
    ...final,
    {
      name: '404 to a resumption',
      parameters: { attempts: 'cut:150000|status:404' },
      expected: 'bad-status (404)',
    },
    {
      name: '522 to a resumption',
      parameters: { attempts: 'cut:150000|status:522|ok' },
      expected: 'version 1',
    },
    {
      name: '416, rightly: the body is complete and its length was not said',
      parameters: { attempts: 'length:none+cut:300000|ok' },
      expected: 'version 1',
    },
    {
      name: '416, wrongly, with the right length',
      parameters: { attempts: 'cut:150000|unsatisfied:always|ok' },
      expected: 'version 1',
    },
    {
      name: '416, with a wrong length',
      parameters: { attempts: 'length:none+cut:300000|unsatisfied:wrong|ok' },
      expected: 'version 1',
    },
  ],
};
