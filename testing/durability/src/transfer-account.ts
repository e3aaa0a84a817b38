import type { LoggedRequest } from '@background-fetch/testing-fault-server';

export interface TransferFigures {
  /** Bytes sent at least once. */
  readonly distinct: number;
  /** For each death: bytes sent before it that had to be sent again after it. */
  readonly lost: readonly number[];
  /** Bytes sent again although nobody had died in between. */
  readonly again: number;
  /** Requests since the last death, answered or not. */
  readonly requestsSinceDeath: number;
  readonly requests: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
  /** How many deaths had been when these bytes were sent last. */
  readonly life: number;
}

/**
 * Which bytes of a body were sent more than once, by what the server handed to the kernel.
 * @param deaths the id of the last request before each death
 */
export function accountFor(entries: readonly LoggedRequest[], deaths: readonly number[]): TransferFigures {
  const lost = deaths.map(() => 0);
  let again = 0;
  let requestsSinceDeath = 0;
  let spans: readonly Span[] = [];
  for (const { id, range, status, bytesSent } of entries) {
    const life = deaths.filter((last) => last < id).length;
    if (life === deaths.length) requestsSinceDeath++;
    if (status !== 200 && status !== 206) continue;
    const start = range?.start ?? 0;
    const sent = { start, end: start + bytesSent, life };
    for (const span of spans) {
      const bytes = Math.max(0, Math.min(span.end, sent.end) - Math.max(span.start, sent.start));
      if (span.life === life) again += bytes;
      // sent in that life and wanted in a later one: it did not survive the death that ended that life
      else lost[span.life] = (lost[span.life] ?? 0) + bytes;
    }
    spans = overlay(spans, sent);
  }
  const distinct = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  return { distinct, lost, again, requestsSinceDeath, requests: entries.length };
}

/** The spans with another one on top of them, which hides what lies below. */
function overlay(spans: readonly Span[], top: Span): Span[] {
  const visible = spans.flatMap((span) => [
    { ...span, end: Math.min(span.end, top.start) },
    { ...span, start: Math.max(span.start, top.end) },
  ]);
  return [...visible, top].filter(({ start, end }) => start < end);
}

export const mebibyte = 2 ** 20;

export function inMebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(1);
}
