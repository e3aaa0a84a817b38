import { start } from '../../suites/behaviour/given.ts';
import { settled } from '../../support/fetched.ts';
import type { TestScope } from '../../support/scope.ts';
import type { Download, Outcome } from '../download.ts';
import { observe, outcomeOf, resourceOf } from '../observe.ts';

/** Of a disk without any room, and of one that can't be written to. */
type Refusal = 'QuotaExceededError' | 'UnknownError';

const plain: Download = {};

export const refusedWritesProcedures = {
  refuseStartForRoom: (scope: TestScope) => refuseStart(scope, 'QuotaExceededError'),
  refuseStart: (scope: TestScope) => refuseStart(scope, 'UnknownError'),
  refuseAllForRoom: (scope: TestScope) => refuseAll(scope, 'QuotaExceededError'),
  refuseAll: (scope: TestScope) => refuseAll(scope, 'UnknownError'),
};

async function refuseStart(scope: TestScope, refusal: Refusal): Promise<Outcome> {
  const before = await observe(scope, plain);
  const refused = refuseWrites(refusal);
  const outcome = await observe(scope, plain).finally(refused.end);
  const after = await observe(scope, plain);
  return before === after ? `${outcome}; then ${after}` : `${before}, ${outcome}, ${after}`;
}

/** The engine can store nothing, not even that it failed, until writes are accepted again. */
async function refuseAll(scope: TestScope, refusal: Refusal): Promise<Outcome> {
  // the engine runs, and has written
  await observe(scope, plain);
  await scope.run(keepRefusing, `${refuseWrites}`, refusal);
  const file = resourceOf(plain);
  const registration = await start(scope, file.url);
  while ((await scope.run(countRefused)) === 0);
  await scope.run(endRefusing);
  // a page's next ping would do, too
  await observe(scope, plain);
  return await outcomeOf(await settled(registration), file);
}

/** What the worker keeps between two calls. */
type Refusing = typeof globalThis & { refusing: ReturnType<typeof refuseWrites> };

function keepRefusing(source: string, refusal: Refusal): void {
  const refuse = new Function(`return (${source})`)() as typeof refuseWrites;
  (globalThis as Refusing).refusing = refuse(refusal);
}

function countRefused(): number {
  return (globalThis as Refusing).refusing.count();
}

function endRefusing(): void {
  (globalThis as Refusing).refusing.end();
}

/** Refuses all writes of this context. It is sent to the worker as text: it may use nothing around it. */
function refuseWrites(refusal: Refusal): { count(): number; end(): void } {
  let refused = 0;
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (names, mode, options) {
    if (mode !== 'readwrite') return transaction.call(this, names, mode, options);
    refused++;
    throw new DOMException('Nothing can be written, on purpose', refusal);
  };
  return {
    count: () => refused,
    end() {
      IDBDatabase.prototype.transaction = transaction;
    },
  };
}
