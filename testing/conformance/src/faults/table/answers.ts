import { usualSize } from '../download.ts';
import type { Fault, FaultGroup } from '../fault.ts';

/** A body that is cut once, so that its rest is asked for by a range. */
const cut = { attempts: 'cut:150000|ok' };

const refusedRanges = [400, 403, 404, 405, 412, 416, 500, 501, 503].map(
  (status): Fault => ({
    name: `${status} to every range, after a cut, and the plain request works`,
    parameters: { ...cut, rangestatus: status },
    expected: 'version 1',
  }),
);

const codings = ['gzip', 'br'].flatMap((encoding): Fault[] => [
  {
    name: `${encoding}, of ranges too, cut`,
    parameters: { ...cut, encoding, ranges: 'coded' },
    expected: 'version 1',
  },
  {
    name: `${encoding}, of ranges too, cut, and the coding is hidden`,
    target: 'other origin',
    parameters: {
      ...cut,
      encoding,
      ranges: 'coded',
      cors: 'simple',
      expose: 'etag,content-range,accept-ranges',
    },
    expected: 'version 1',
  },
]);

/** What a server may say to the question whether anything follows a body that is whole. */
const ends = [
  { rangestatus: 403 },
  { rangestatus: 404 },
  { rangestatus: 416, rangecors: 'none' },
  { rangestatus: 500, errorcors: 'none' },
  { unsatisfied: 'empty' },
  { unsatisfied: 'always-empty' },
].flatMap((parameters): Fault[] =>
  [{}, { length: 'none' }].map((length) => ({
    name: `${JSON.stringify({ ...parameters, ...length })} where the end of a body can't be told from a cut`,
    target: 'other origin',
    parameters: { cors: 'simple', ...parameters, ...length },
    expected: 'version 1',
  })),
);

const crowds = [1, 2].flatMap((connections) =>
  [503, 429, 403, 'reset'].map(
    (over): Fault => ({
      name: `${over} to more than ${connections} at a time`,
      parameters: { size: 20 * 2 ** 20, connections, over },
      expected: 'version 1',
    }),
  ),
);

/** Answers that say more than their status does, and servers that bear little. */
export const answers: FaultGroup = {
  title: 'Servers as they are',
  faults: [
    {
      name: 'a part with the status 200, after a cut',
      parameters: { ...cut, partstatus: 200 },
      expected: 'version 1',
    },
    {
      name: 'a part with the status 200 that does not say so, after a cut',
      parameters: { ...cut, partstatus: 200, contentrange: 'missing' },
      expected: 'version 1',
    },
    {
      name: 'the whole to every If-Range, after a cut',
      parameters: { ...cut, ifrange: 'whole' },
      expected: 'version 1',
    },
    {
      name: 'no CORS headers on any answer to a range, after a cut',
      target: 'other origin',
      parameters: { ...cut, cors: 'exposed', rangecors: 'none' },
      expected: 'version 1',
    },
    {
      name: 'an access that expires within the body',
      parameters: { attempts: 'cut:150000|status:403' },
      expected: 'bad-status (403)',
    },
    // what says the same as the stored bytes, and is no part of them
    {
      name: '416 to every range, with the same ETag, of a large body',
      target: 'other origin',
      parameters: {
        unsatisfied: 'always',
        cors: 'exposed',
        expose: 'ETag,Accept-Ranges',
        size: 12 * 2 ** 20,
      },
      expected: 'version 1',
    },
    {
      name: '416 to every range, with the same ETag, after a cut',
      target: 'other origin',
      parameters: { ...cut, unsatisfied: 'always', cors: 'exposed', expose: 'ETag' },
      expected: 'version 1',
    },
    ...['gzip', 'br'].map(
      (encoding): Fault => ({
        name: `${encoding}, of ranges too, cut at its beginning, and the coding is hidden`,
        target: 'other origin',
        parameters: {
          encoding,
          ranges: 'coded',
          attempts: 'cut:600|cut:100000|ok',
          cors: 'exposed',
          expose: 'ETag,Accept-Ranges,Content-Range,Content-Length',
        },
        expected: 'version 1',
      }),
    ),
    {
      name: 'a redirect to another origin that refuses preflights, of a large body',
      parameters: { redirect: 'cross', cors: 'exposed', preflight: 'refuse', size: 12 * 2 ** 20 },
      expected: 'version 1',
    },
    {
      name: 'a redirect to another origin that refuses preflights, cut',
      parameters: { ...cut, redirect: 'cross', cors: 'exposed', preflight: 'refuse' },
      expected: 'version 1',
    },
    ...refusedRanges,
    ...codings,
    ...ends,
    ...crowds,
    {
      name: 'reset at each second request of a connection',
      parameters: { ...cut, resetat: 2 },
      expected: 'version 1',
    },
    {
      name: 'redirects to two edges in turn, cut',
      parameters: { attempts: `cut:${usualSize / 2}|ok`, redirect: 'edges', cors: 'exposed' },
      expected: 'version 1',
    },
  ],
};
