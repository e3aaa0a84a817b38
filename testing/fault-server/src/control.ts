import { allowEverythingAsked, openToTests } from './cors.ts';
import type { Exchange } from './exchange.ts';
import { checkFaults } from './faults.ts';
import type { KeyState, KeyStates } from './key-state.ts';
import type { RequestLog } from './log.ts';
import type { Pools } from './pools.ts';
import { readMessage } from './request-body.ts';

/** What `POST /control/<key>` takes. */
interface ControlMessage {
  version?: number;
  params?: Record<string, string | number>;
  release?: boolean;
}

/** `/control/<key>` and its `/log` and `/uploads`, and `/control/<pool>/pool`, for tests of any origin. */
export async function answerControl(
  exchange: Exchange,
  key: string,
  view: string | undefined,
  known: { states: KeyStates; pools: Pools; log: RequestLog },
): Promise<void> {
  openToTests(exchange);
  if (exchange.request.method === 'OPTIONS') {
    allowEverythingAsked(exchange);
    return;
  }
  if (view === 'log') {
    exchange.sendJson(known.log.of(key));
    return;
  }
  const state = known.states.of(key);
  if (view === 'uploads') {
    exchange.sendJson(state.uploads);
    return;
  }
  if (view === 'pool') {
    exchange.sendJson(known.pools.of(key).counts);
    return;
  }
  if (exchange.request.method === 'POST') {
    apply((await readMessage(exchange)) as ControlMessage, state);
  }
  const { attempts, version = null, faults: params, waiting } = state;
  exchange.sendJson({ attempts, version, params, waiting, ...state.pool.counts });
}

function apply({ version, params, release }: ControlMessage, state: KeyState): void {
  if (version !== undefined) {
    state.version = version;
  }
  if (params !== undefined) {
    state.faults = checkFaults(Object.entries(params).map(([name, value]) => [name, String(value)] as const));
  }
  if (release) {
    state.release();
  }
}
