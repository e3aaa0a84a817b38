import type { Mutant } from './mutant.ts';

const schedule = 'transfer/retry-schedule.ts';
const attemptOnce = 'algorithms/fetch-a-response.ts';
const origin = 'transfer/origin.ts';

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
    file: attemptOnce,
    from: "await transfer.commit((current) => ({ ...current, state: 'transferring' }));",
    to: '',
  },
  {
    name: 'give up an upload that was never sent',
    file: attemptOnce,
    from: "if (!isRepeatable && reachability !== 'unsent' && reachability !== 'unasked') {",
    to: 'if (!isRepeatable) {',
  },
  {
    name: 'send an upload again that somebody may have',
    file: attemptOnce,
    from: "if (!isRepeatable && reachability !== 'unsent' && reachability !== 'unasked') {",
    to: 'if (!isRepeatable && !isSilent(reachability)) {',
  },
  {
    name: 'wait for ever when a body stalls',
    file: 'transfer/attempt.ts',
    from: "else this.abort('stalled');",
    to: '',
  },
  {
    name: "take the wait in the host's own queue for the server's silence",
    file: 'transfer/attempt.ts',
    from: 'else if (probe) this.#cancelTimer = this.#probe(probe);',
    to: '',
  },
  {
    name: 'transfer all records at once',
    file: 'transfer/record-pool.ts',
    from: 'if (size < this.#limit || this.#places.has(record)) return true;',
    to: 'if (size >= 0) return true;',
  },
  {
    name: 'keep the place of a record that is done',
    file: 'transfer/record-pool.ts',
    from: 'else counts.delete(name);',
    to: '',
  },
  {
    name: 'make as many requests to an origin as are wanted',
    file: origin,
    from: 'return this.#refusals.limit(most * (this.#multiplexed ? multiplexedFactor : 1));',
    to: 'return this.#refusals.limit(most + 100);',
  },
  {
    name: 'give the place of a body away with its last byte, whatever tells its end',
    file: 'algorithms/process-response.ts',
    from: 'if (announced === length + overlap.length) letNextStart(exchange);',
    to: 'letNextStart(exchange);',
  },
  {
    name: 'take no answer for a refusal',
    file: attemptOnce,
    from: "isOnline || !isRepeatable ? await limited(transfer.job, transfer.options, probe) : 'silent';",
    to: "isOnline ? 'answers' : await limited(transfer.job, transfer.options, probe);",
  },
  {
    name: 'feed the records that wait into an outage',
    file: origin,
    from: 'if (this.#outage.isOn) return this.#outage.takeTurn(this.#admitted());',
    to: '',
  },
  {
    name: 'ask no more once an outage has begun',
    file: 'transfer/outage.ts',
    from: "this.#turn = 'due';",
    to: '',
  },
  {
    name: 'let an outage end with who asked first',
    file: 'transfer/outage.ts',
    from: "if (turn === this.#turns && this.#turn === 'taken') this.#turn = 'awaited';",
    to: '',
  },
  {
    name: 'answer "too many" by as many',
    file: 'transfer/refusals.ts',
    from: 'this.#borne = Math.max(1, Math.min(this.#borne, others));',
    to: '',
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
  {
    name: 'let the failure of a range be the last word',
    file: 'algorithms/complete-a-record.ts',
    from: "else if (failure.asked === 'range') transfer.course = afterLastRange(course);",
    to: '',
  },
  {
    name: 'wait for ever for a connection that a request of its own holds',
    file: 'transfer/attempt.ts',
    from: "return this.abort('unheard');",
    to: '{}',
  },
  {
    name: 'forget with a death what a host with too much to do wants',
    file: 'algorithms/complete-a-record.ts',
    from: 'if (retryAfter === 0) return;',
    to: 'return;',
  },
  {
    name: 'fetch several ranges of what is paused',
    file: 'algorithms/fetch-pieces.ts',
    from: 'if (transfer.job.interruption) this.#stop();',
    to: '',
  },
];
