import type { HeaderList } from '@background-fetch/core';
import type { SimulatedAnswer } from '../network/respond.ts';
import type { Draw, Happening } from '../plan/happening.ts';
import { faultOf } from './network.ts';

type Alteration = readonly [what: string, alter: (answer: SimulatedAnswer) => SimulatedAnswer];

function withField(headers: HeaderList, name: string, value: string | null): HeaderList {
  const others = headers.filter(([other]) => other !== name);
  return value === null ? others : [...others, [name, value]];
}

function says(headers: HeaderList, name: string): boolean {
  return headers.some(([other]) => other === name);
}

/** A field said otherwise, where it is said at all. */
function field(name: string, change: (value: string) => string | null, what: string): Alteration {
  return [
    what,
    (answer) => {
      const value = answer.headers.find(([other]) => other === name)?.[1];
      if (value === undefined) return answer;
      return { ...answer, headers: withField(answer.headers, name, change(value)) };
    },
  ];
}

/** A field that was not said, or something else. */
function added(name: string, value: string, what = `${name}: ${value}`): Alteration {
  return [what, (answer) => ({ ...answer, headers: withField(answer.headers, name, value) })];
}

function contentLength(change: (value: string) => string | null, what: string): Alteration {
  return field('content-length', change, `Content-Length ${what}`);
}

/** Only of partial responses: what a 416 says is the length of the resource. */
function contentRange(change: (value: string) => string | null, what: string): Alteration {
  const [, alter] = field('content-range', change, what);
  return [`Content-Range ${what}`, (answer) => (answer.status === 206 ? alter(answer) : answer)];
}

function status(code: number, when: (answer: SimulatedAnswer) => boolean, what: string): Alteration {
  return [what, (answer) => (when(answer) ? { ...answer, status: code } : answer)];
}

const shifted = (by: number) => (value: string) =>
  value.replace(/\d+-\d+/, (range) => {
    const [first, last] = range.split('-').map(Number) as [number, number];
    return `${first + by}-${last + by}`;
  });

/** Whether anything but its length shows that it is a part. */
function isShownAsPart({ status, headers }: SimulatedAnswer): boolean {
  return status === 206 || (status === 200 && says(headers, 'content-range'));
}

/** A part that begins before or after what was asked for, and says so. */
function beginning(by: number, what: string): Alteration {
  return [
    what,
    (answer) => {
      const { content, headers } = answer;
      const start = Math.max(0, Math.min(content.start + by, content.end - 1));
      // of the first part, nothing but its range shows where it begins
      const shown = content.start > 0 || says(headers, 'content-range');
      if (!isShownAsPart(answer) || start >= content.end || !shown) return answer;
      const range = headers.find(([name]) => name === 'content-range')?.[1];
      const told = range ? `bytes ${start}-${range.slice(range.indexOf('-') + 1)}` : null;
      const length = says(headers, 'content-length') ? `${content.end - start}` : null;
      return {
        ...answer,
        content: { start, end: content.end },
        headers: withField(withField(headers, 'content-range', told), 'content-length', length),
      };
    },
  ];
}

/** A part that ends before what was asked for does, which nothing shows where no length was told before. */
const shortened: Alteration = [
  'a shorter part of an unknown length',
  (answer) => {
    const { start, end } = answer.content;
    const half = start + Math.ceil((end - start) / 2);
    if (!isShownAsPart(answer)) return answer;
    const headers = says(answer.headers, 'content-length')
      ? withField(answer.headers, 'content-length', `${half - start}`)
      : answer.headers;
    const range = says(headers, 'content-range') ? `bytes ${start}-${half - 1}/*` : null;
    return {
      ...answer,
      content: { start, end: half },
      headers: withField(headers, 'content-range', range),
    };
  },
];

const alterations: readonly Alteration[] = [
  contentLength(() => null, 'missing'),
  contentLength((value) => `${value}, ${value}`, 'twice'),
  contentLength((value) => `-${value}`, 'negative'),
  contentLength(() => '99999999999999999999', 'huge'),
  contentLength((value) => `${Number(value) + 100}`, 'too long'),
  contentLength((value) => `${Math.max(0, Number(value) - 100)}`, 'too short'),
  contentLength((value) => `${value} bytes`, 'with a unit'),
  contentRange(() => null, 'missing'),
  contentRange((value) => value.replace(' ', '='), 'with an equals sign'),
  contentRange((value) => value.replace(/\/.*/, ''), 'without a length'),
  contentRange((value) => value.replace(/\/.*/, '/*'), 'of an unknown length'),
  contentRange((value) => value.replace(/\d+-/, '-'), 'without a start'),
  contentRange((value) => value.replace(/(\d+)-(\d+)/, '$2-$1'), 'backwards'),
  contentRange((value) => value.replace('bytes', 'items'), 'in items'),
  contentRange((value) => `${value}, ${value}`, 'twice'),
  contentRange((value) => value.replace(/\d+/, 'x'), 'without digits'),
  contentRange((value) => value.replace(/\d+\//, '99999999999999999999/'), 'huge'),
  contentRange(() => 'bytes */100', 'of a 416'),
  shortened,
  beginning(-10, 'a part that begins too early'),
  beginning(10, 'a part that begins too late'),
  contentRange(shifted(1), 'of the byte after'),
  contentRange(shifted(-1), 'of the byte before'),
  contentRange((value) => value.replace(/\d+$/, (total) => `${Number(total) + 50}`), 'of a longer body'),
  field('etag', (value) => `W/${value.replace('W/', '')}`, 'ETag weak'),
  field('etag', () => null, 'ETag missing'),
  field('etag', () => '"another"', 'ETag of another version'),
  field('etag', (value) => value.replaceAll('"', ''), 'ETag without quotes'),
  field('last-modified', () => null, 'Last-Modified missing'),
  field('last-modified', () => 'yesterday', 'Last-Modified no date'),
  added('content-type', 'multipart/byteranges; boundary=x'),
  ['coding unknown', (answer) => ({ ...answer, coding: 'unknown' })],
  status(206, ({ status }) => status === 200, 'a 206 that nobody asked for'),
  // where nothing shows it, nobody can tell
  status(
    416,
    ({ status, headers }) => status === 206 && says(headers, 'content-range'),
    'a 416 to what can be given',
  ),
  status(304, ({ status }) => status === 200, 'a 304 that nobody asked for'),
  status(204, ({ status }) => status === 200, 'a 204'),
  status(205, ({ status }) => status === 200, 'a 205'),
];

/** One answer of a server is wrong: in what it says of itself, never in its bytes. */
export function drawWrongAnswer(draw: Draw): Happening {
  const [what, alter] = draw.pick(alterations);
  const at = draw.chance(0.5) ? 0 : draw.moment();
  return faultOf(at, draw.url(), { kind: 'altered', alter, what }, what);
}
