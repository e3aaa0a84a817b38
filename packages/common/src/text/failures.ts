/** The members by which errors of Node and undici tell what failed. */
export interface Failure {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  /** What an AggregateError holds: each address of a host has an error of its own. */
  readonly errors?: unknown;
}

/** causes of causes: more is a circle */
const deepestCause = 8;

/** An error, the errors it gathers, and what caused them. */
export function* failuresIn(error: unknown, depth = 0): Generator<Failure> {
  if (typeof error !== 'object' || error === null || depth > deepestCause) return;
  const failure: Failure = error;
  yield failure;
  if (Array.isArray(failure.errors)) for (const inner of failure.errors) yield* failuresIn(inner, depth + 1);
  yield* failuresIn(failure.cause, depth + 1);
}
