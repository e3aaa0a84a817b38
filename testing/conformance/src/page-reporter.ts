import { type PageMessage, titleSeparator } from './protocol.ts';
import { NotApplicable } from './support/host.ts';

/** Posts messages to the runner, in order and one request at a time. */
export class Results {
  readonly #url: string;
  #waiting: PageMessage[] = [];
  #posting = false;

  constructor(url: string) {
    this.#url = url;
  }

  post(message: PageMessage): void {
    this.#waiting.push(message);
    if (!this.#posting) void this.#postAll();
  }

  async #postAll(): Promise<void> {
    this.#posting = true;
    while (this.#waiting.length > 0) {
      const messages = this.#waiting;
      this.#waiting = [];
      // A page opened by hand has nobody to tell.
      if (this.#url === '') for (const message of messages) console.log(message);
      else await fetch(this.#url, { method: 'POST', body: JSON.stringify(messages) });
    }
    this.#posting = false;
  }
}

/** A mocha reporter that tells the runner. */
export class PostingReporter {
  /** The class that mocha is to make a reporter of. */
  static for(results: Results): Mocha.ReporterConstructor {
    return class extends PostingReporter {
      constructor(runner: Mocha.Runner) {
        super(runner, results);
      }
    } as unknown as Mocha.ReporterConstructor;
  }

  constructor(runner: Mocha.Runner, results: Results) {
    runner.on('test', (test) => results.post({ type: 'begin', title: fullTitle(test), kind: 'test' }));
    runner.on('hook', (hook) => results.post({ type: 'begin', title: fullTitle(hook), kind: 'hook' }));
    runner.on('pass', (test) => {
      results.post({
        type: 'result',
        title: fullTitle(test),
        outcome: 'passed',
        detail: '',
        duration: test.duration ?? 0,
      });
    });
    runner.on('pending', (test) => {
      const detail = 'it was skipped; give the reason with unsupported()';
      results.post({ type: 'result', title: fullTitle(test), outcome: 'failed', detail, duration: 0 });
    });
    runner.on('fail', (test, error: unknown) => {
      const notApplicable = error instanceof NotApplicable;
      results.post({
        type: 'result',
        title: fullTitle(test),
        outcome: notApplicable ? 'not-applicable' : 'failed',
        detail: notApplicable ? error.message : describe(error),
        duration: test.duration ?? 0,
      });
    });
  }
}

export function fullTitle(runnable: Mocha.Runnable): string {
  return runnable.titlePath().join(titleSeparator);
}

function describe(error: unknown): string {
  if (!(error instanceof Error || error instanceof DOMException)) return String(error);
  const { expected, actual } = error as { expected?: unknown; actual?: unknown };
  const difference =
    expected === undefined && actual === undefined
      ? ''
      : `\nexpected ${show(expected)}\nactual   ${show(actual)}`;
  // Only Chromium's stacks repeat the message.
  const text = `${error.name}: ${error.message}`;
  const stack = String(error.stack ?? '');
  return `${text}${difference}\n${stack.startsWith(text) ? stack.slice(text.length + 1) : stack}`;
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
