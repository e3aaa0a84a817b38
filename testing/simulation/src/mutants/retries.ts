import type { Mutant } from './mutant.ts';

const schedule = 'transfer/retry-schedule.ts';
const complete = 'algorithms/complete-a-record.ts';

/** Who works, when, and how often. */
export const retries: readonly Mutant[] = [
  {
    name: 'come back before the server wants it',
    file: schedule,
    from: 'return Math.max(delay, Math.min(retryAfter, policy.longestRetryAfter));',
    to: 'return delay;',
  },
  {
    name: 'ask for ever where nobody answers',
    file: schedule,
    from: 'if (counts.unanswered > policy.unansweredRetries) return null;',
    to: '',
  },
  {
    name: 'send an upload again',
    file: schedule,
    from: "return method === 'GET' || method === 'HEAD';",
    to: "return method !== 'DELETE';",
  },
  {
    name: 'forget that an upload was sent',
    file: complete,
    from: 'await transfer.commit(transferring);',
    to: '',
  },
  {
    name: 'wait for ever when a body stalls',
    file: 'transfer/attempt.ts',
    from: 'if (left <= 0) this.abort();',
    to: 'if (left <= 0) return;',
  },
  {
    name: 'transfer all records at once',
    file: 'transfer/scheduler.ts',
    from: 'if (this.#free === 0) return;',
    to: '',
  },
  {
    name: 'keep the place of a record that is done',
    file: 'transfer/scheduler.ts',
    from: 'if (held) this.#free++;',
    to: 'if (!held) this.#free++;',
  },
  {
    name: 'hold a lock of its own',
    file: 'engine/engine.ts',
    from: '.hold(runningLock(this.#registration), signal, async () => {',
    to: '.hold(String(this.#workshop.ports.random.next()), signal, async () => {',
  },
  {
    name: 'let go before its tasks have ended',
    file: 'engine/engine.ts',
    from: 'await Promise.all(this.#tasks);',
    to: '',
  },
  {
    name: 'go on while it is paused',
    file: 'transfer/job.ts',
    from: "if (fetch.state === 'paused') this.interrupt('stopped');",
    to: '',
  },
  {
    name: 'go on when it is aborted',
    file: 'transfer/job.ts',
    from: "if (fetch.state === 'aborting') this.interrupt('aborted');",
    to: '',
  },
  {
    name: 'leave transfers to themselves when a write fails',
    file: 'algorithms/perform-a-background-fetch.ts',
    from: "job.interrupt('stopped');\n    await Promise.allSettled(completing);",
    to: '',
  },
];
