import type { Draw, Happening, Menu } from '../plan/happening.ts';
import { faultOf } from './network.ts';
import { drawWrongAnswer } from './wrong-answers.ts';

const passing = [408, 425, 429, 500, 502, 503, 504];
const lasting = [304, 400, 401, 403, 404, 410, 416, 501];

function drawVersionChange(draw: Draw): Happening {
  const url = draw.url();
  const size = draw.chance(0.5) ? null : draw.integer(0, 2000);
  return {
    at: draw.moment(),
    what: `${url} gets a new version${size === null ? '' : ` of ${size} bytes`}`,
    happen: (simulation) => {
      const resource = simulation.resource(url);
      resource.version++;
      if (size !== null) resource.size = size;
      // a byte at a time is for small bodies
      if (resource.chunkSize === 1) resource.chunkSize = Math.max(1, resource.size >> 5);
      if (resource.lastModified !== null) resource.lastModified = simulation.world.clock.now();
      simulation.happened(simulation.isBusy ? 'version change' : 'version change while idle');
    },
  };
}

/** A status that says to come back, with what can be said of when. */
function drawPassingFailure(draw: Draw): Happening {
  const status = draw.pick(passing);
  const retryAfter = draw.pick([null, '1', '3', '99999', 'soon', '-1', 'Thu, 01 Jan 1970 00:00:00 GMT']);
  const headers = retryAfter === null ? [] : [['retry-after', retryAfter] as const];
  const at = draw.chance(0.6) ? 0 : draw.moment();
  const what = `an answer is ${status}${retryAfter === null ? '' : `, Retry-After: ${retryAfter}`}`;
  return faultOf(at, draw.url(), { kind: 'status', status, headers }, what);
}

function drawLastingFailure(draw: Draw): Happening {
  const status = draw.pick(lasting);
  return faultOf(draw.moment(), draw.url(), { kind: 'status', status }, `an answer is ${status}`);
}

/** The server itself changes its ways. */
function drawNewConduct(draw: Draw): Happening {
  const url = draw.url();
  const [what, change] = draw.pick([
    ['honours no ranges any more', { ranges: 'ignored' }],
    ['encodes from now on', { encoded: true }],
    ['has no ETag any more', { etag: 'none' }],
    ['has a weak ETag from now on', { etag: 'weak' }],
    ['tells no length any more', { declaresLength: false }],
  ] as const);
  return {
    at: draw.moment(),
    what: `${url} ${what}`,
    happen: (simulation) => {
      Object.assign(simulation.resource(url), change);
      simulation.happened('server changes its ways');
    },
  };
}

/** Requests for one resource are sent on to another, from some moment on. */
function drawRedirect(draw: Draw): Happening {
  const url = draw.url();
  const target = draw.pick([...draw.urls.filter((other) => other !== url), `${url}-moved`, url]);
  const signed = draw.chance(0.5);
  return {
    at: draw.chance(0.5) ? 0 : draw.moment(),
    what: `${url} redirects to ${target}${signed ? ', signed' : ''}`,
    happen: (simulation) => {
      const resource = simulation.resource(url);
      // another resource may have the same ETag, or the same length; with both, nobody could tell them apart
      if (target.endsWith('-moved'))
        simulation.serve(target, { ...resource, size: Math.max(0, resource.size - 1) });
      const elsewhere = simulation.resource(target);
      if (target !== url && elsewhere.size === resource.size) elsewhere.tagPrefix = 'elsewhere';
      Object.assign(resource, { redirectTo: target, signsRedirects: signed });
    },
  };
}

export const versionChanges: Menu = [[1, drawVersionChange]];

export const serverFaults: Menu = [
  [4, drawPassingFailure],
  [1, drawLastingFailure],
  [2, drawNewConduct],
  [2, drawRedirect],
  [6, drawWrongAnswer],
];
