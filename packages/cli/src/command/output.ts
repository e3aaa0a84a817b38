import { jsonLine } from '../daemon/json-line.ts';
import type { FetchReport } from '../daemon/status.ts';
import { JsonReporter } from './progress/json-reporter.ts';
import { PlainReporter } from './progress/plain-reporter.ts';
import type { Reporter } from './progress/reporter.ts';
import { TerminalReporter } from './progress/terminal-reporter.ts';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where a command writes: results to the standard output, what tells how it gets on to the standard error. */
export class Output {
  readonly json: boolean;
  readonly #quiet: boolean;

  constructor({ json = false, quiet = false }: OutputOptions) {
    this.json = json;
    this.#quiet = quiet;
  }

  /** A result, for people and for programs. */
  result(text: string, event: object): void {
    if (this.json) this.event(event);
    else if (!this.#quiet) process.stdout.write(`${text}\n`);
  }

  /** Something that only people need to know. */
  note(text: string): void {
    if (!this.json && !this.#quiet) process.stderr.write(`${text}\n`);
  }

  /** Something that went wrong: it is said even when quiet. */
  error(text: string): void {
    if (!this.json) process.stderr.write(`bgfetch: ${text}\n`);
  }

  event(event: object): void {
    process.stdout.write(`${jsonLine(event)}\n`);
  }

  /** Of the terminal that results are written to; null where they go elsewhere. */
  get columns(): number | null {
    return process.stdout.isTTY && !this.json ? process.stdout.columns || 80 : null;
  }

  reporter(): Reporter {
    if (this.json) return new JsonReporter((event) => this.event(event));
    if (this.#quiet) return { report: (_: FetchReport) => {}, end: () => {} };
    const canDrawOver = process.stderr.isTTY && process.env.TERM !== 'dumb';
    return canDrawOver ? new TerminalReporter(process.stderr) : new PlainReporter(process.stderr);
  }
}
