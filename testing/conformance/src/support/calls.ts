import { type Answer, type Call, type Described, deserialiseError } from '../worker/answer-calls.ts';
import { reportPageError } from './page-errors.ts';
import { Reports } from './reports.ts';

/** Something that evaluates functions for a test. */
export interface Context {
  /**
   * Evaluates a function there and resolves with what it returns. Its source goes there, so it sees the globals of
   * that place and its arguments, but no imports and no variables from around it.
   */
  run<T, A extends unknown[]>(body: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
}

interface PendingCall {
  ignore(): void;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

export type Message<Report> =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'error'; readonly error: Described };

/**
 * Our end of a place that answers calls. Everything it says comes over one BroadcastChannel, so that nothing it
 * reports is overtaken by an answer that it gives later.
 */
export class Caller<Report = never> implements Context {
  readonly ready: Promise<void>;
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #send: (call: Call) => void;
  readonly #pending = new Map<number, PendingCall>();
  readonly #reports = new Reports<Report>();
  #lastCall = 0;

  /** `send` delivers a call; without it calls go over the channel too. */
  constructor(name: string, send?: (call: Call) => void) {
    this.#name = name;
    this.#channel = new BroadcastChannel(name);
    this.#send = send ?? ((call) => this.#channel.postMessage({ type: 'call', call }));
    let setReady = (): void => {};
    this.ready = new Promise((resolve) => {
      setReady = resolve;
    });
    this.#channel.onmessage = ({ data }: MessageEvent<Message<Report>>) => {
      if (data.type === 'ready') setReady();
      if (data.type === 'answer') this.#settle(data.answer);
      if (data.type === 'error') reportPageError(deserialiseError(data.error), `in ${name}`);
      if (data.type === 'report') this.#reports.add(data.report);
    };
  }

  run<T, A extends unknown[]>(body: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const call = ++this.#lastCall;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(call, { ignore: () => answered.catch(() => {}), resolve, reject });
    });
    this.#send({ call, source: body.toString(), args });
    return answered as Promise<T>;
  }

  get reports(): readonly Report[] {
    return this.#reports.all;
  }

  /** The first of what `find` gives for the reports, past or future. */
  reported<T>(find: (reports: readonly Report[]) => T | undefined): Promise<T> {
    return this.#reports.first(find);
  }

  close(): void {
    this.#channel.close();
    const closed = new Error(`${this.#name} was closed before it answered`);
    for (const { ignore, reject } of this.#pending.values()) {
      // A test that failed meanwhile no longer waits for it.
      ignore();
      reject(closed);
    }
    this.#pending.clear();
  }

  #settle(answer: Answer): void {
    const call = this.#pending.get(answer.call);
    this.#pending.delete(answer.call);
    if ('error' in answer) call?.reject(deserialiseError(answer.error));
    else call?.resolve(answer.value);
  }
}
