import type { Mutant } from './mutant.ts';

const transitions = 'model/transitions.ts';
const terminal = 'algorithms/fire-the-terminal-event.ts';
const release = 'algorithms/release-the-records.ts';

/** How records and background fetches end. */
export const endings: readonly Mutant[] = [
  {
    name: 'give a body out before it is checked',
    file: 'algorithms/create-record-objects.ts',
    from: 'mayBeExposed(record) && !isToBeVerified(realm, record)',
    to: 'mayBeExposed(record)',
  },
  {
    name: 'let the last reason win',
    file: transitions,
    from: "result !== 'success' && isActive(fetch) && fetch.failureReason === ''",
    to: "result !== 'success' && isActive(fetch)",
  },
  {
    name: 'forget why it failed',
    file: transitions,
    from: 'return failed ? { ...fetch, failureReason: result } : fetch;',
    to: 'return fetch;',
  },
  {
    name: 'forget that it was aborted',
    file: transitions,
    from: "isActive(fetch) ? fetch.failureReason : 'aborted'",
    to: "isActive(fetch) ? fetch.failureReason : 'fetch-error'",
  },
  {
    name: 'settle twice',
    file: transitions,
    from: "if (!record || record.state === 'settled') throw new StaleWriteError();",
    to: 'if (!record) throw new StaleWriteError();',
  },
  {
    name: 'abort twice',
    file: 'algorithms/abort-a-background-fetch.ts',
    from: 'if (!fetch || !isActive(fetch)) return false;',
    to: 'if (!fetch) return false;',
  },
  {
    name: 'start without looking whether the id is free',
    file: 'algorithms/start-a-background-fetch.ts',
    from: 'const registration = await requireFree(transaction, await host.key(transaction));',
    to: 'const registration = await host.key(transaction);',
  },
  {
    name: 'forget the owed event',
    file: 'engine/engine.ts',
    from: 'return await fireAnOwedEvent(this.#workshop, job.fetch, signal);',
    to: 'return await new Promise<void>(() => {});',
  },
  {
    name: 'release the records before the event',
    file: terminal,
    from: 'await events.dispatch(eventNameOf(fetch), snapshot);\n  await releaseTheRecords(workshop, fetch, snapshot, signal);',
    to: 'await releaseTheRecords(workshop, fetch, snapshot, signal);\n  await events.dispatch(eventNameOf(fetch), snapshot);',
  },
  {
    name: 'fire the event of a success for each end',
    file: terminal,
    from: "return fetch.result === 'success' ? 'backgroundfetchsuccess' : 'backgroundfetchfail';",
    to: "return 'backgroundfetchsuccess';",
  },
  {
    name: 'fire the event before pages know',
    file: terminal,
    from: 'await announcements.publishAndWait(snapshot);',
    to: '',
  },
  {
    name: 'fire the event again when its release fails',
    file: release,
    from: 'return await writer.write(write);\n    } catch (error) {',
    to: 'return await writer.write(write);\n    } catch (error) {\n      throw error;',
  },
  {
    name: 'stay behind after the back/forward cache',
    file: 'algorithms/catch-up.ts',
    from: 'realm.update(snapshot);',
    to: '',
  },
  {
    name: 'keep no ending',
    file: release,
    from: 'transaction.putEnding?.(ending);',
    to: '',
  },
  {
    name: 'free nothing',
    file: release,
    from: 'if (fetch && isOver(fetch, clock.now())) transaction.deleteFetch(key);',
    to: '',
  },
  {
    name: 'give up what a failed fetch has',
    file: 'algorithms/keep-a-failed-fetch.ts',
    from: 'transaction.putFetch(released(fetch, keptUntil));',
    to: 'transaction.putFetch(released(fetch));',
  },
  {
    name: 'begin anew in spite of what was kept',
    file: 'algorithms/start-a-background-fetch.ts',
    from: 'const earlier = await findKept(transaction, registration, id, stored);',
    to: 'const earlier = null as KeptFetch | null;',
  },
  {
    name: 'free what somebody reads',
    file: release,
    from: 'lock.hold(readingLock(key), signal, () =>',
    to: 'lock.hold(key, signal, () =>',
  },
  {
    name: 'keep what is in hand until the release only',
    file: 'algorithms/holds.ts',
    from: 'this.#pass(0);',
    to: 'this.#claims.clear();\n    this.#letGo();',
  },
  {
    name: 'keep what nobody reads',
    file: 'algorithms/holds.ts',
    from: 'claim.turns -= turns;',
    to: '{}',
  },
  {
    name: 'let nobody handle that a deletion was given up',
    file: release,
    from: 'await deletion.catch(() => {});',
    to: 'await deletion;',
  },
];
