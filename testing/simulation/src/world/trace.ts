import type { EnginePorts, Store, StoreTransaction } from '@background-fetch/core';
import { hashText } from '../host/seeded-random.ts';
import type { SimulatedClock } from '../host/simulated-clock.ts';

/** What was called, in order, as text: two runs with one seed have the same lines. */
export class Trace {
  readonly lines: string[] = [];
  readonly #clock: SimulatedClock;
  readonly #start: number;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  record(text: string): void {
    this.lines.push(`${this.#clock.now() - this.#start} ${text}`);
  }

  toString(): string {
    return this.lines.join('\n');
  }
}

/** A value as text that does not depend on anything but the value. */
function describe(value: unknown): string {
  if (typeof value === 'function') return 'ƒ';
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  }
  if (value instanceof Uint8Array) {
    const hash = value.reduce((seed, byte) => hashText(String.fromCharCode(byte), seed), 0x811c9dc5);
    return `bytes(${value.length}, ${hash.toString(16)})`;
  }
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value.constructor.name;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${describe(field)}`);
  return `{${fields.join(', ')}}`;
}

/** The port with every call, and what came of it, recorded under this name. */
function tracePort<Port extends object>(trace: Trace, name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property, target);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const call = `${name}.${String(property)}`;
        trace.record(`${call}(${args.map(describe).join(', ')})`);
        const result: unknown = Reflect.apply(method, target, args);
        if (!(result instanceof Promise)) {
          if (result !== undefined && typeof result !== 'function')
            trace.record(`${call} = ${describe(result)}`);
          return result;
        }
        return result.then(
          (kept) => {
            trace.record(`${call} → ${describe(kept)}`);
            return kept;
          },
          (error) => {
            trace.record(`${call} ✗ ${describe(error)}`);
            throw error;
          },
        );
      };
    },
  });
}

function traceStore(trace: Trace, store: Store): Store {
  const traced = tracePort(trace, 'store', store);
  return new Proxy(traced, {
    get(target, property) {
      if (property !== 'transact') return Reflect.get(target, property, target);
      return <T>(mode: 'read' | 'write', work: (transaction: StoreTransaction) => Promise<T>) =>
        target.transact(mode, (transaction) => work(tracePort(trace, 'transaction', transaction)));
    },
  });
}

/** All ports with every call recorded. */
export function tracePorts<Ports extends Partial<EnginePorts>>(trace: Trace, ports: Ports): Ports {
  const traced = Object.entries(ports).map(([name, port]) => [
    name,
    name === 'store' ? traceStore(trace, port as Store) : tracePort(trace, name, port),
  ]);
  return Object.fromEntries(traced);
}
