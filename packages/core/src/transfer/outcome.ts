import type { Course } from './course.ts';

/** Why an attempt came to nothing for now. */
export type Cause =
  /** No server answers there, or the host is offline: nothing is known about the request itself. */
  | 'silence'
  /** The same, as it was found out before: this was one of the turns in which those ask that wait. */
  | 'still-silent'
  /** There was no response although a server answers: it may be a refusal by CORS or CSP, which will not pass. */
  | 'refusal'
  /** The origin refused one of several requests that were under way at the same time. */
  | 'crowd'
  /** The connection was given up for another background fetch that had none. */
  | 'yielded'
  /** The server had the request, and sent nothing for as long as is waited. */
  | 'stall'
  /** A status that may not come again. */
  | 'status'
  /** The body ended too early, or is not what the stored bytes are part of. */
  | 'cut';

/** An attempt that came to nothing for now. */
export interface Failure {
  readonly kind: 'failed';
  readonly by: Cause;
  /** Whether there was a response. */
  readonly answered: boolean;
  /** The status of the response, 0 if there was none. */
  readonly status: number;
  /** ms for which the server wants to be left alone */
  readonly retryAfter: number;
  /** The kind of request that failed: the failure of a range says nothing of the resource. */
  readonly asked: 'resource' | 'range';
  /** The course after this failure. */
  readonly course: Course;
}

/** The outcome of an attempt to complete a record. */
export type Outcome =
  /** The record is settled. */
  | { readonly kind: 'settled' }
  /** The bytes that were asked for are in the store; those that are still missing come next. */
  | { readonly kind: 'stored' }
  /** The answer shows that something else has to be asked for, at once. */
  | { readonly kind: 'ask-again'; readonly course: Course }
  | Failure;

/** The outcome of an attempt after which its record is settled. */
export const settledOutcome: Outcome = { kind: 'settled' };
/** The outcome of an attempt that has stored all that it asked for. */
export const storedOutcome: Outcome = { kind: 'stored' };

/** The outcome of an attempt whose answer shows that something else has to be asked for. */
export function askAgain(course: Course): Outcome {
  return { kind: 'ask-again', course };
}

/** A failure without a response. */
export function unanswered(by: Cause, course: Course): Failure {
  return { kind: 'failed', by, answered: false, status: 0, retryAfter: 0, asked: 'resource', course };
}

/** A failure with one. */
export function answered(by: Cause, status: number, retryAfter: number, course: Course): Failure {
  return { kind: 'failed', by, answered: true, status, retryAfter, asked: 'resource', course };
}
