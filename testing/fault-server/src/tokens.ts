import { randomUUID } from 'node:crypto';
import { type Faults, numberOf } from './faults.ts';

/** The signatures of URLs that work for some time, or for some requests. */
export class Tokens {
  readonly #tokens = new Map<string, { uses: number; readonly until: number }>();

  issue({ redirect, tokenuses, tokenms }: Faults): string {
    const token = randomUUID();
    const unlimited = Number.POSITIVE_INFINITY;
    this.#tokens.set(token, {
      uses: numberOf(tokenuses) ?? (redirect === 'signed' && tokenms === undefined ? 1 : unlimited),
      until: performance.now() + (numberOf(tokenms) ?? unlimited),
    });
    return token;
  }

  /** False for a token that was never issued, is used up, or is too old. */
  use(token: string): boolean {
    const known = this.#tokens.get(token);
    if (!known || known.uses === 0 || known.until <= performance.now()) {
      return false;
    }
    known.uses--;
    return true;
  }
}
