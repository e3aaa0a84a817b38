import { type Fault, type FaultGroup, inBrowsers } from '../fault.ts';

const malformed = [
  ...[
    'malformed',
    'empty',
    'equals',
    'unit',
    'negative',
    'reversed',
    'beyond',
    'huge',
    'letters',
    'no-total',
  ],
  ...['twice', 'wrong-start', 'wrong-total', 'star', 'missing'],
].map(
  (shape): Fault => ({
    name: `Content-Range: ${shape}`,
    parameters: { attempts: `cut:150000|contentrange:${shape}|ok` },
    expected: 'version 1',
  }),
);

// a server may send less than was asked for, and need not tell how much there is
const shortenedParts = [
  ['', {}],
  [', and no length before', { length: 'none' }],
  [', and a coding before', { encoding: 'gzip' }],
] as const;
const shortened = shortenedParts.map(
  ([what, parameters]): Fault => ({
    name: `Content-Range: star, of a shortened part${what}`,
    parameters: { ...parameters, attempts: 'cut:100000|contentrange:star+partial:50000|ok' },
    expected: 'version 1',
  }),
);

const [major = 0, minor = 0] = (globalThis.process?.versions.node ?? '').split('.').map(Number);
const nodeKnowsZstd = major > 23 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15);
const asSent = {
  outcome: 'the bytes as they were sent',
  because:
    'an encoding that the host does not know, and did not ask for, is left to the app, as by `fetch()`',
};

const encoded = ['gzip', 'br', 'zstd'].flatMap((encoding): Fault[] => [
  {
    name: `Content-Encoding: ${encoding}`,
    parameters: { encoding },
    expected: 'version 1',
    ...(encoding === 'zstd' && !nodeKnowsZstd && { except: { node: asSent } }),
  },
  {
    name: `Content-Encoding: ${encoding}, cut`,
    parameters: { encoding, attempts: 'cut:100000|ok' },
    expected: 'version 1',
  },
]);

export const headers: FaultGroup = {
  title: 'Headers',
  faults: [
    {
      name: 'Content-Length: less than there is',
      parameters: { wire: 'length-short' },
      expected: 'the announced length',
    },
    {
      name: 'Content-Length: more than there is',
      parameters: { attempts: 'wire:length-long|ok' },
      expected: 'version 1',
    },
    { name: 'Content-Length: missing', parameters: { length: 'none' }, expected: 'version 1' },
    {
      name: 'Content-Length: missing, the connection is the end',
      parameters: { length: 'close' },
      expected: 'version 1',
    },
    {
      name: 'Content-Length: twice',
      parameters: { attempts: 'wire:length-twice|ok' },
      expected: 'version 1',
    },
    {
      name: 'Content-Length: two that differ',
      parameters: { attempts: 'wire:length-conflicting|ok' },
      expected: 'version 1',
    },
    {
      name: 'Content-Length: negative',
      parameters: { attempts: 'wire:length-negative|ok' },
      expected: 'version 1',
    },
    { name: 'Content-Length: huge', parameters: { attempts: 'wire:length-huge|ok' }, expected: 'version 1' },
    { name: 'Status line: garbage', parameters: { attempts: 'wire:head-garbage|ok' }, expected: 'version 1' },
    ...malformed,
    ...shortened,
    {
      name: 'ETag: weak, and cut',
      parameters: { etag: 'weak', attempts: 'cut:150000|ok' },
      expected: 'version 1',
    },
    {
      name: 'ETag: weak, and a new version',
      parameters: { etag: 'weak', attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
    {
      name: 'ETag: changed on the second answer, a 206 in spite of If-Range',
      parameters: { ifrange: 'ignore', attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
    {
      name: 'ETag: missing on the second answer',
      parameters: { attempts: 'cut:150000|etag:none+ifrange:ignore|ok' },
      expected: 'version 1',
    },
    {
      name: 'ETag: missing, and no Last-Modified',
      parameters: { etag: 'none', lastmod: 'none', attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
    {
      name: 'ETag: missing, and another Last-Modified',
      parameters: { etag: 'none', ifrange: 'ignore', attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
    ...encoded,
    {
      name: 'Content-Encoding: unknown',
      parameters: { encoding: 'x-unknown' },
      expected: 'version 1',
    },
    {
      name: 'Transfer-Encoding: ends early',
      parameters: { attempts: 'endchunk:150000|ok' },
      expected: 'version 1',
    },
    {
      name: 'Transfer-Encoding: a malformed chunk',
      parameters: { attempts: 'wire:chunk-malformed|ok' },
      expected: 'version 1',
    },
    {
      name: 'more than downloadTotal',
      options: { downloadTotal: 299_999 },
      expected: 'download-total-exceeded',
    },
    { name: 'exactly downloadTotal', options: { downloadTotal: 300_000 }, expected: 'version 1' },
  ],
};

export const redirects: FaultGroup = {
  title: 'Redirects',
  faults: [
    { name: 'a chain of 20', parameters: { redirect: 20 }, expected: 'version 1' },
    { name: 'a chain of 21', parameters: { redirect: 21 }, expected: 'fetch-error' },
    { name: 'a loop', parameters: { redirect: 'loop' }, expected: 'fetch-error' },
    { name: 'to another origin', parameters: { redirect: 'cross', cors: 'simple' }, expected: 'version 1' },
    {
      name: 'to another origin, which CORS refuses',
      parameters: { redirect: 'cross', cors: 'none' },
      expected: 'version 1',
      except: inBrowsers({ outcome: 'fetch-error', because: 'only browsers have origins' }),
    },
    {
      name: 'to http, from https',
      target: 'trusted https',
      parameters: { redirect: 'insecure', cors: 'simple' },
      expected: 'version 1',
      except: {
        node: {
          outcome: 'fetch-error',
          because:
            'Node goes to http: only with `insecureRedirects`; to browsers, loopback is as good as https:',
        },
      },
    },
    { name: 'to a file', parameters: { redirect: 'file' }, expected: 'fetch-error' },
    {
      name: 'to a URL that works once, and cut',
      parameters: { redirect: 'signed', attempts: 'cut:150000|ok' },
      expected: 'version 1',
    },
    {
      name: 'to a URL that works once, cut, and a new version',
      parameters: { redirect: 'signed', attempts: 'cut:150000|ok', swap: 2 },
      expected: 'version 2',
    },
  ],
};
