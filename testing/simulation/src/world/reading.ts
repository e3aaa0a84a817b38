/** What a reader has got of a response. */
export class Reading {
  bytes = new Uint8Array();
  end: 'closed' | 'failed' | 'cancelled' | null = null;

  constructor(
    readonly key: string,
    readonly index: number,
    readonly request: Request,
    readonly response: Response,
    /** Whether the body was complete when it was got. */
    readonly complete: boolean,
  ) {}
}
