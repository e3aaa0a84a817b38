import { allowEverythingAsked, openToTests } from './cors.ts';
import type { Exchange } from './exchange.ts';
import { checkFaults, UnknownFault } from './faults.ts';
import type { KeyState } from './key-state.ts';
import type { RequestLog } from './log.ts';
import { readBody } from './request-body.ts';

/** What `POST /control/<key>` takes. */
interface ControlMessage {
  version?: number;
  params?: Record<string, string | number>;
  release?: boolean;
}

/** `/control/<key>`, `/control/<key>/log` and `/control/<key>/uploads`, for tests of any origin. */
export async function answerControl(
  exchange: Exchange,
  key: string,
  view: string | undefined,
  state: KeyState,
  log: RequestLog,
): Promise<void> {
  openToTests(exchange);
  if (exchange.request.method === 'OPTIONS') {
    allowEverythingAsked(exchange);
    return;
  }
  if (view === 'log') {
    exchange.sendJson(log.of(key));
    return;
  }
  if (view === 'uploads') {
    exchange.sendJson(state.uploads);
    return;
  }
  if (exchange.request.method === 'POST') {
    apply(parse(await readBody(exchange)), state);
  }
  const { attempts, version = null, faults: params, waiting } = state;
  exchange.sendJson({ attempts, version, params, waiting });
}

function parse(body: Buffer): ControlMessage {
  try {
    return JSON.parse(body.toString()) as ControlMessage;
  } catch (cause) {
    throw new UnknownFault('A control message has to be JSON: {version?, params?, release?}.', { cause });
  }
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
