import type { Exchange } from './exchange.ts';
import type { ListenerName } from './listener.ts';
import { ParameterError } from './parameters.ts';
import type { ResourceChange, ResourceCondition, ResourceState } from './state.ts';

export interface Controlled {
  state(key: string): ResourceState;
  refuse(listener: ListenerName): Promise<void>;
  accept(listener: ListenerName): Promise<void>;
  /** Runs `work` after so many ms, unless the server is closed by then. */
  later(milliseconds: number, work: () => void): void;
}

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '600',
};

/** Answers `/control/<key>` and what is below it. */
export async function serveControl(
  exchange: Exchange,
  key: string,
  what: string,
  server: Controlled,
): Promise<void> {
  exchange.head(200, CORS);
  const { method } = exchange.entry;
  if (method === 'OPTIONS') {
    exchange.head(204, {});
    return exchange.end();
  }
  if (method === 'POST' && what === '') {
    const body = await readJson(exchange);
    return key === 'listener'
      ? controlListener(exchange, body, server)
      : change(exchange, server.state(key), body);
  }
  if (method === 'GET') return look(exchange, what, server.state(key));
  exchange.text(405, `Control takes GET and POST, not ${method} ${exchange.entry.path}.`);
}

function change(exchange: Exchange, state: ResourceState, body: ResourceChange): void {
  state.change(body);
  exchange.json(200, state);
}

async function look(exchange: Exchange, what: string, state: ResourceState): Promise<void> {
  switch (what) {
    case '':
      return exchange.json(200, state);
    case 'log':
      return exchange.json(200, state.log);
    case 'uploads':
      return exchange.json(200, state.uploads);
    case 'wait':
      await state.until(readCondition(exchange.url.searchParams), exchange.signal);
      return exchange.json(200, state);
    default:
      return exchange.text(404, `There is no ${what} of a key: there are log, uploads and wait.`);
  }
}

function readCondition(search: URLSearchParams): ResourceCondition {
  const names = ['waiting', 'attempts', 'finished', 'uploads', 'flushed'];
  for (const [name, value] of search) {
    if (names.includes(name) && /^\d+$/.test(value)) continue;
    throw new ParameterError(`Can't wait for ${name}=${value}: give a number for ${names.join(', ')}.`);
  }
  return Object.fromEntries([...search].map(([name, value]) => [name, Number(value)]));
}

interface ListenerChange {
  /** For how many ms to refuse; 0 to accept again. */
  refuse?: number;
  listener?: ListenerName;
}

/** Answers first: the listener may be the one that the request came over. */
function controlListener(
  exchange: Exchange,
  { refuse, listener = 'origin' }: ListenerChange,
  server: Controlled,
): void {
  if (typeof refuse !== 'number' || !['origin', 'cross', 'secure'].includes(listener)) {
    throw new ParameterError('Give {"refuse": <ms>, "listener": "origin" | "cross" | "secure"}.');
  }
  if (refuse === 0) void server.accept(listener);
  else {
    exchange.response.once('finish', () => void server.refuse(listener));
    server.later(refuse, () => void server.accept(listener));
  }
  exchange.json(200, { listener, refuse });
}

async function readJson(exchange: Exchange): Promise<object> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of exchange.request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new ParameterError(`The body of ${exchange.entry.path} is not JSON: ${text}`, { cause });
  }
  throw new ParameterError(`The body of ${exchange.entry.path} must be a JSON object, not ${text}.`);
}
