import type { HeaderList } from '@background-fetch/core';
import type { SimulatedAnswer } from './respond.ts';

/** What happens to one request, instead of what the resource would give. */
export type SimulatedFault =
  /** No connection. */
  | { readonly kind: 'refused' }
  /** The connection ends after so many bytes of this response's body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Nothing more comes after so many bytes. */
  | { readonly kind: 'stalled'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: HeaderList }
  /** A connection on which nothing ever comes. */
  | { readonly kind: 'hung' }
  /** The server says something else than it should. */
  | {
      readonly kind: 'altered';
      readonly what: string;
      readonly alter: (answer: SimulatedAnswer) => SimulatedAnswer;
    }
  /** Nobody answers at the origin. */
  | { readonly kind: 'outage' }
  /** It is more than the host bears at a time. No status: it does not answer. */
  | { readonly kind: 'crowded'; readonly status: number | null; readonly headers: HeaderList }
  /** There is an answer, and nobody may see anything of it: neither what was wrong before. */
  | { readonly kind: 'unreadable'; readonly why: SimulatedFault | null };
