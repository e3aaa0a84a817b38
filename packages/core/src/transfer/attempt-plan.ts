/** A part of the body, continuing what is stored: from `position` up to, not including, `end`. */
export interface RestPlan {
  readonly kind: 'rest';
  readonly position: number;
  /** null: the end of the body */
  readonly end: number | null;
  /** How many stored bytes before it are fetched again to compare. */
  readonly overlap: number;
  /** The value of the field that identifies the version, null if nothing does. */
  readonly validator: string | null;
  /** Whether that is sent as `If-Range`, where it needs no preflight and may match. */
  readonly conditional: boolean;
}

/** What the next attempt asks for. */
export type AttemptPlan =
  /** All bytes are in the store: nothing. */
  | { readonly kind: 'settle' }
  /** The request as it is. */
  | { readonly kind: 'plain' }
  /** `bytes=0-`: everything, but without a content coding, so that it can be resumed. */
  | { readonly kind: 'identity' }
  | RestPlan
  /** What is missing, in several ranges at once: whoever makes the attempt takes them out. */
  | { readonly kind: 'pieces'; readonly pieces: RestPlan[] };

/** A plan for one request. */
export type RequestPlan = Exclude<AttemptPlan, { kind: 'settle' | 'pieces' }>;
