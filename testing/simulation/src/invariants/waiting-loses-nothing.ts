import { noLoss } from './no-loss.ts';

export const waitingLosesNothing = noLoss(
  'waiting-loses-nothing',
  'a queue',
  "No record fails because its request waits for a connection: that is nobody's failure.",
);
