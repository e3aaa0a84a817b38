import type { FaultGroup } from '../fault.ts';

export const usersCode: FaultGroup = {
  title: 'User’s code',
  faults: [
    {
      name: 'a listener of backgroundfetchsuccess throws',
      expected: 'version 1',
      except: {
        node: {
          notApplicable: 'what a listener throws is an uncaughtException there, with every EventTarget',
        },
      },
      procedure: 'throwInListener',
    },
    { name: 'waitUntil() rejects', expected: 'version 1, then released', procedure: 'rejectWaitUntil' },
    {
      name: 'waitUntil() never settles, and others go on',
      expected: 'version 1',
      procedure: 'neverSettleWaitUntil',
    },
    { name: 'a reader cancels in the middle', expected: 'version 1', procedure: 'cancelReader' },
    { name: 'a reader stops reading', expected: 'version 1', procedure: 'stopReading' },
    { name: 'abort() in the middle', expected: 'aborted', procedure: 'abortInTheMiddle' },
  ],
};
