import { expect, test } from 'vitest';
import { type Answer, judgeAResponse, type Meaning } from '../src/algorithms/judge-a-response.ts';
import type { HeaderList } from '../src/model/header-list.ts';
import { noRetries, type StoredRecord } from '../src/model/record.ts';
import { type Course, firstCourse } from '../src/transfer/course.ts';
import type { RequestPlan, RestPlan } from '../src/transfer/plan-attempt.ts';

const url = 'https://a.test/x';
const plain: RequestPlan = { kind: 'plain' };
const identity: RequestPlan = { kind: 'identity' };
/** The rest of a body of which 40 of 100 bytes are stored. */
const rest: RestPlan = {
  kind: 'rest',
  position: 40,
  end: null,
  overlap: 0,
  validator: '"a"',
  conditional: true,
};

interface Given {
  readonly plan: RequestPlan;
  readonly status: number;
  /** Beside `ETag: "a"`. */
  readonly headers?: Record<string, string>;
  readonly coding?: Answer['response']['coding'];
  readonly goal?: Course['goal'];
  readonly sentIfRange?: boolean;
  /** Whether the plain response hid its coding, and announced 100 bytes. */
  readonly hidden?: boolean;
}

function headOf(status: number, fields: Record<string, string>) {
  const headers: HeaderList = Object.entries({ etag: '"a"', ...fields });
  return { status, statusText: '', headers, url, type: 'basic' as const, redirected: false };
}

function judge({
  plan,
  status,
  headers = {},
  coding = 'identity',
  goal = 'continue',
  sentIfRange = true,
  hidden = false,
}: Given): Meaning['kind'] {
  const request = {
    url,
    method: 'GET',
    headers: [],
    hasBody: false,
    integrity: '',
    mode: 'cors',
    cache: 'default',
    credentials: 'same-origin',
    redirect: 'follow',
    referrer: '',
    referrerPolicy: '',
  } as StoredRecord['request'];
  const responseData = {
    body: 0,
    head: headOf(200, {}),
    receivedAt: 0,
    coding: 'identity' as const,
    length: 100,
    lengthProven: true,
    stored: [{ start: 0, end: 40 }],
    responses: 1,
    ...(hidden && {
      head: headOf(200, { 'content-length': '100' }),
      coding: 'unknown' as const,
      length: null,
    }),
  };
  const record: StoredRecord = {
    schema: 1,
    fetch: 'key',
    index: 0,
    request,
    uploaded: 0,
    retries: noRetries,
    state: 'transferring',
    responseData: plan.kind === 'rest' ? responseData : null,
  };
  const course = { ...firstCourse, goal };
  const response = { head: headOf(status, headers), coding };
  return judgeAResponse({ record, course, plan, response, sentIfRange, integrity: '', readsAll: true }).kind;
}

const range = (value: string, length?: number): Record<string, string> => ({
  'content-range': value,
  ...(length !== undefined && { 'content-length': `${length}` }),
});
const theRest = range('bytes 40-99/100', 60);

test.each<[string, Given, Meaning['kind']]>([
  ['the whole', { plan: plain, status: 200 }, 'whole'],
  ['an error', { plan: plain, status: 404 }, 'whole'],
  ['a 206 that nobody asked for', { plan: plain, status: 206, headers: range('bytes 0-99/100') }, 'unasked'],
  ['a 200 of all bytes', { plan: plain, status: 200, headers: range('bytes 0-99/100', 100) }, 'whole'],
  [
    'a 200 of the first bytes',
    { plan: plain, status: 200, headers: range('bytes 0-9/100', 10) },
    'first-part',
  ],
  ['a 200 from the middle', { plan: plain, status: 200, headers: range('bytes 9-99/100', 91) }, 'unusable'],
  [
    'a 200 of the first coded bytes',
    { plan: plain, status: 200, headers: range('bytes 0-9/100', 10), coding: 'encoded' },
    'unusable',
  ],
])('%s answers a plain request', (_, given, meaning) => {
  expect(judge(given)).toBe(meaning);
});

test.each<[string, Omit<Given, 'plan'>, Meaning['kind']]>([
  ['the whole', { status: 200 }, 'whole'],
  ['a 206', { status: 206, headers: range('bytes 0-99/100', 100) }, 'first-part'],
  ['a 206 of less', { status: 206, headers: range('bytes 0-9/100', 10) }, 'first-part'],
  ['a 200 that says it is a part', { status: 200, headers: range('bytes 0-9/100', 10) }, 'first-part'],
  [
    'a 206 of coded bytes',
    { status: 206, headers: range('bytes 0-99/100', 100), coding: 'encoded' },
    'refused',
  ],
  ['an error', { status: 403 }, 'refused'],
])('%s answers a request for all bytes as a range', (_, given, meaning) => {
  expect(judge({ ...given, plan: identity })).toBe(meaning);
});

test.each<[string, Omit<Given, 'plan'>, Meaning['kind']]>([
  ['the part', { status: 206, headers: theRest }, 'part'],
  ['the part as a 200', { status: 200, headers: theRest }, 'part'],
  ['the part, coded', { status: 206, headers: theRest, coding: 'encoded' }, 'refused'],
  ['the part, coded, as a 200', { status: 200, headers: theRest, coding: 'encoded' }, 'refused'],
  ['a part of another version', { status: 206, headers: { ...theRest, etag: '"b"' } }, 'other'],
  ['another part', { status: 206, headers: range('bytes 41-99/100', 59) }, 'other'],
  ['another part as a 200', { status: 200, headers: range('bytes 41-99/100', 59) }, 'other'],
  ['the whole of the same version', { status: 200, headers: { 'content-length': '100' } }, 'same-whole'],
  [
    'the whole, without If-Range',
    { status: 200, headers: { 'content-length': '100' }, sentIfRange: false },
    'whole',
  ],
  [
    'a 200 as long as the part',
    { status: 200, headers: { 'content-length': '60' }, sentIfRange: false },
    'ambiguous',
  ],
  ['the whole of another version', { status: 200, headers: { etag: '"b"' } }, 'ambiguous'],
  ['a 416 of a body that is longer', { status: 416, headers: range('bytes */100') }, 'other'],
  ['an error', { status: 503 }, 'refused'],
])('%s answers a request for the rest', (_, given, meaning) => {
  expect(judge({ ...given, plan: rest })).toBe(meaning);
});

test.each<[string, Omit<Given, 'plan'>, Meaning['kind']]>([
  ['the part', { status: 206, headers: theRest }, 'part'],
  ['the part, its place hidden', { status: 206, headers: { 'content-length': '60' } }, 'part'],
  ['a part of another length', { status: 206, headers: range('bytes 40-89/90', 50) }, 'other'],
  ['a part of a length that is not told', { status: 206, headers: range('bytes 40-99/*', 60) }, 'other'],
  ['a part of another version', { status: 206, headers: { ...theRest, etag: '"b"' } }, 'other'],
  ['the part, when only its end was asked for', { status: 206, headers: theRest, goal: 'prove-end' }, 'more'],
])('%s answers a request for the rest of what may have been coded', (_, given, meaning) => {
  expect(judge({ ...given, plan: rest, coding: 'assumed', sentIfRange: false, hidden: true })).toBe(meaning);
});
