import { assert } from 'chai';
import { holdEnds, useHeldScope } from '../suites/behaviour/given.ts';
import { host, NotApplicable } from '../support/host.ts';
import { openScope } from '../support/scope.ts';
import { expectationOf } from './fault.ts';
import { observe } from './observe.ts';
import { procedures } from './procedures/index.ts';
import { groups } from './table/index.ts';

// Short, so that the whole matrix takes minutes. Retry-After is honoured up to a second.
const retry = { stallTimeout: 400, answerTimeout: 400, longestRetryAfter: 1000, firstAnswer: 5000 };

for (const { title, faults } of groups) {
  describe(title, () => {
    const shared = useHeldScope({ configure: { engine: { retry } } });

    for (const fault of faults) {
      it(fault.name, async () => {
        const expected = expectationOf(fault, host.engine);
        if ('notApplicable' in expected) throw new NotApplicable(expected.notApplicable);
        assert.equal(await perform(), expected.outcome);
      });

      async function perform(): Promise<string> {
        if (!fault.procedure) return await observe(shared(), fault);
        // what breaks a worker or its store must not break those of the other faults
        const own = await openScope({ configure: { engine: { retry } } });
        await holdEnds(own);
        return await procedures[fault.procedure](own);
      }
    }
  });
}
