import { aCrowdLosesNothing } from './a-crowd-loses-nothing.ts';
import { abortOnce } from './abort-once.ts';
import { anErrorPageCostsNoBody } from './an-error-page-costs-no-body.ts';
import { anOutageLosesNothing } from './an-outage-loses-nothing.ts';
import { asToldToWait } from './as-told-to-wait.ts';
import { contentOutlivesFailures } from './content-outlives-failures.ts';
import { downloadedFallsWithABody } from './downloaded-falls-with-a-body.ts';
import { downloadedIsStored } from './downloaded-is-stored.ts';
import { eventAtLeastOnce } from './event-at-least-once.ts';
import { eventNeverAfterHandling } from './event-never-after-handling.ts';
import { everyCallSettles } from './every-call-settles.ts';
import { everyFetchSettles } from './every-fetch-settles.ts';
import { fallsSilent } from './falls-silent.ts';
import { fewRequests } from './few-requests.ts';
import { finalStateFirst } from './final-state-first.ts';
import { idsAreUnique } from './ids-are-unique.ts';
import { integrityKept } from './integrity-kept.ts';
import type { Invariant } from './invariant.ts';
import { matchesAreTrue } from './matches-are-true.ts';
import { neverSentTwice } from './never-sent-twice.ts';
import { noUnhandledRejection } from './no-unhandled-rejection.ts';
import { nothingLeftBehind } from './nothing-left-behind.ts';
import { oneEngineAtATime } from './one-engine-at-a-time.ts';
import { oneReasonTheFirst } from './one-reason-the-first.ts';
import { oneWholeVersion } from './one-whole-version.ts';
import { pausedIsQuiet } from './paused-is-quiet.ts';
import { readersGetAPrefix } from './readers-get-a-prefix.ts';
import { reasonsAreTrue } from './reasons-are-true.ts';
import { settledRecordsStay } from './settled-records-stay.ts';
import { statesInOrder } from './states-in-order.ts';
import { waitingLosesNothing } from './waiting-loses-nothing.ts';
import { withinBudget } from './within-budget.ts';
import { withinLimits } from './within-limits.ts';

/** What holds in every world. Where several are violated at once, the first of them is named. */
export const invariants: readonly Invariant[] = [
  oneWholeVersion,
  integrityKept,
  readersGetAPrefix,
  downloadedIsStored,
  downloadedFallsWithABody,
  settledRecordsStay,
  contentOutlivesFailures,
  anErrorPageCostsNoBody,
  statesInOrder,
  everyFetchSettles,
  eventAtLeastOnce,
  eventNeverAfterHandling,
  finalStateFirst,
  oneReasonTheFirst,
  anOutageLosesNothing,
  aCrowdLosesNothing,
  waitingLosesNothing,
  reasonsAreTrue,
  idsAreUnique,
  matchesAreTrue,
  abortOnce,
  pausedIsQuiet,
  asToldToWait,
  withinLimits,
  withinBudget,
  fewRequests,
  neverSentTwice,
  oneEngineAtATime,
  everyCallSettles,
  nothingLeftBehind,
  fallsSilent,
  noUnhandledRejection,
];
