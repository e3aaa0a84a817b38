import type { Fault } from '@background-fetch/core';

const sentences: Readonly<Record<Fault, string>> = {
  digest: 'what came does not have the digest that it should have',
  short: 'the connection ended before the body did',
  long: 'more came than the server had said',
  stall: 'the server sent nothing for too long',
  'media-type': 'the server sends another media type than that of what has come before',
  foreign: 'the answer was not one to what was asked',
};

/** An error that says what is wrong with an answer, for `onFailure`. */
export class FaultError extends TypeError {
  override readonly name = 'FaultError';
  readonly fault: Fault;

  constructor(url: string, fault: Fault) {
    super(`${url}: ${sentences[fault]}`);
    this.fault = fault;
  }
}
