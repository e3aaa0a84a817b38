import { noLoss } from './no-loss.ts';

export const aCrowdLosesNothing = noLoss(
  'a-crowd-loses-nothing',
  'a crowd',
  'No record fails because its host bears no more than the others of the engine that are under way.',
);
