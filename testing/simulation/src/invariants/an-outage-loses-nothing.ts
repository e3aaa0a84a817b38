import { noLoss } from './no-loss.ts';

export const anOutageLosesNothing = noLoss(
  'an-outage-loses-nothing',
  'an outage',
  'No record fails because nobody has answered at its origin for less time than is to be borne.',
);
