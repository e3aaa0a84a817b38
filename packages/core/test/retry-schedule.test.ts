import { expect, test } from 'vitest';
import { noRetries } from '../src/model/record.ts';
import {
  chooseDelay,
  countAttempt,
  defaultRetryPolicy,
  parseRetryAfter,
} from '../src/transfer/retry-schedule.ts';

const policy = defaultRetryPolicy;
const answered = { answered: true };
const unanswered = { answered: false };

/** A failure whose server wants to be left alone for so many ms. */
function asking(retryAfter: number): { status: number; retryAfter: number } {
  return { status: 503, retryAfter };
}

test('a record that never saw a response is tried again twice, within 3 s', () => {
  let counts = noRetries;
  let waited = 0;
  const delays: (number | null)[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    counts = countAttempt(counts, unanswered, 0);
    const delay = chooseDelay(counts, policy, 0.999, asking(0));
    delays.push(delay);
    waited += delay ?? 0;
  }
  expect(delays.map((delay) => delay !== null)).toEqual([true, true, false]);
  expect(waited).toBeLessThanOrEqual(3000);
});

test('delays double from 1 s to 5 min, and end after 8 attempts without progress', () => {
  let counts = countAttempt(noRetries, answered, 0);
  const delays: (number | null)[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    delays.push(chooseDelay(counts, policy, 1, asking(0)));
    counts = countAttempt(counts, answered, 0);
  }
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, null]);
  expect(chooseDelay({ ...counts, fruitless: 7 }, { ...policy, firstDelay: 60_000 }, 1, asking(0))).toBe(
    300_000,
  );
});

test('only a body that got further than ever before is progress', () => {
  let counts = countAttempt(noRetries, answered, 0);
  counts = countAttempt(counts, answered, 1000);
  expect(counts.fruitless).toBe(0);
  counts = countAttempt(counts, answered, 1000);
  counts = countAttempt(counts, answered, 500);
  expect(counts.fruitless).toBe(2);
  expect(countAttempt(counts, answered, 1001).fruitless).toBe(0);
});

test('Retry-After is honoured in seconds and as a date, up to an hour, and never shortens a delay', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter('Thu, 01 Jan 2026 00:02:00 GMT', now)).toBe(120_000);
  expect(parseRetryAfter('Thu, 01 Jan 2020 00:02:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBe(0);
  expect(parseRetryAfter('01000000000', now)).toBe(1e12);
  expect(parseRetryAfter(null, now)).toBe(0);
  const counts = countAttempt(noRetries, answered, 0);
  expect(chooseDelay(counts, policy, 1, asking(120_000))).toBe(120_000);
  expect(chooseDelay(counts, policy, 1, asking(86_400_000))).toBe(3_600_000);
  expect(chooseDelay(counts, policy, 1, asking(0))).toBe(1000);
});
