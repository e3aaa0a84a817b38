import { usualSize } from '../download.ts';
import { type Fault, type FaultGroup, inBrowsers } from '../fault.ts';

const bytes = { first: 0, middle: usualSize / 2, last: usualSize - 1 };

const places = Object.entries(bytes).flatMap(([place, at]): Fault[] => [
  {
    name: `reset in the body, before its ${place} byte`,
    parameters: { attempts: `reset:${at}|ok` },
    expected: 'version 1',
  },
  {
    name: `half-closed by the server before the ${place} byte`,
    parameters: { attempts: `cut:${at}|ok` },
    expected: 'version 1',
  },
  {
    name: `stalls before the ${place} byte`,
    parameters: { attempts: `stall:${at}|ok` },
    expected: 'version 1',
  },
]);

export const connection: FaultGroup = {
  title: 'Connection',
  faults: [
    { name: 'refused', target: 'closed port', expected: 'fetch-error' },
    { name: 'closed before an answer, each time', parameters: { drop: 'fin' }, expected: 'fetch-error' },
    { name: 'reset before an answer, each time', parameters: { drop: 'reset' }, expected: 'fetch-error' },
    {
      name: 'reset before an answer, once',
      parameters: { attempts: 'drop:reset|ok' },
      expected: 'version 1',
    },
    { name: 'reset within the headers', parameters: { attempts: 'wire:head-cut|ok' }, expected: 'version 1' },
    {
      name: 'half-closed by the server within the headers',
      parameters: { attempts: 'wire:head-end|ok' },
      expected: 'version 1',
    },
    { name: 'never answers, once', parameters: { attempts: 'hold|ok' }, expected: 'version 1' },
    ...places,
    {
      name: 'cut again and again, always further',
      parameters: { attempts: 'cut:40000' },
      expected: 'version 1',
    },
    {
      name: 'cut in the middle, and there is a new version',
      parameters: { attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
    { name: 'slow drip', parameters: { size: 60_000, rate: 60_000 }, expected: 'version 1' },
    { name: 'host name that does not resolve', target: 'unknown host', expected: 'fetch-error' },
    { name: 'TLS handshake that fails', target: 'plain http taken for https', expected: 'fetch-error' },
    {
      name: 'certificate that nobody trusts',
      target: 'untrusted https',
      expected: 'fetch-error',
      except: {
        chromium: { notApplicable: 'started so that it accepts every certificate' },
        webkit: { notApplicable: 'started so that it accepts every certificate' },
      },
    },
    {
      name: 'certificate that is trusted',
      target: 'trusted https',
      parameters: { cors: 'exposed' },
      expected: 'version 1',
    },
  ],
};

export const unreadable: FaultGroup = {
  title: 'Other origins',
  faults: [
    {
      name: 'CORS refuses the response',
      target: 'other origin',
      parameters: { cors: 'none' },
      expected: 'version 1',
      except: inBrowsers({ outcome: 'fetch-error', because: 'only browsers have origins' }),
    },
    {
      name: 'cut, and CORS hides ETag and Content-Range',
      target: 'other origin',
      parameters: { cors: 'simple', attempts: 'cut:150000|ok' },
      expected: 'version 1',
    },
    {
      name: 'cut, and CORS hides ETag and Content-Range of the new version',
      target: 'other origin',
      parameters: { cors: 'simple', attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
  ],
};
