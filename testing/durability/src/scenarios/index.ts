import type { Scenario } from '../scenario.ts';
import { blobLost } from './blob-lost.ts';
import { eventRepeated } from './event-repeated.ts';
import { killedWithOneRange, killedWithParallelRanges } from './killed-mid-download.ts';
import {
  cameBackToAnUnregistering,
  cameBackToAWrite,
  leftAtFirstVisit,
  leftWhileWriting,
} from './left-while-writing.ts';
import { newVersionTakesOver, newVersionWaits } from './new-version.ts';
import { messagesAfterState } from './order.ts';
import { cameBack, navigated, registrationHidden, tabReopened, twoTabs } from './pages-come-and-go.ts';
import { siteDataDeleted } from './site-data-deleted.ts';
import { spaceGivenBack } from './space-given-back.ts';
import { storageBlocked } from './storage-blocked.ts';
import { workerStopped } from './worker-stopped.ts';

export const scenarios: readonly Scenario[] = [
  killedWithParallelRanges,
  killedWithOneRange,
  blobLost,
  eventRepeated,
  tabReopened,
  navigated,
  cameBack,
  twoTabs,
  registrationHidden,
  leftWhileWriting,
  leftAtFirstVisit,
  cameBackToAWrite,
  cameBackToAnUnregistering,
  workerStopped,
  newVersionTakesOver,
  newVersionWaits,
  messagesAfterState,
  storageBlocked,
  spaceGivenBack,
  siteDataDeleted,
];
