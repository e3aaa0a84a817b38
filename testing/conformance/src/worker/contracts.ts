import { collectTests } from '../../../contracts/src/framework.ts';
import { serviceWorkerContracts } from '../../../contracts/src/service-worker.ts';
import { type Described, describeError } from './answer-calls.ts';
import { serviceWorker } from './global.ts';

/** What a page posts: the title of a test, and where the outcome goes. */
export interface ContractCall {
  readonly title: string;
  readonly port: MessagePort;
}

const tests = collectTests(serviceWorkerContracts);

/** What the test failed with; null if it passed. */
async function run(title: string): Promise<Described | null> {
  try {
    const test = tests.get(title);
    if (!test) throw new Error(`There is no test "${title}"`);
    await test();
    return null;
  } catch (error) {
    return describeError(error);
  }
}

serviceWorker.addEventListener('message', (event) => {
  const { title, port } = event.data as ContractCall;
  event.waitUntil(run(title).then((outcome) => port.postMessage(outcome)));
});
