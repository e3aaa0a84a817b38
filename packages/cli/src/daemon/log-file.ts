import { closeSync, constants, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { redactText } from '@background-fetch/common';
import { jsonLine } from './json-line.ts';

/** bytes; with the one before it, a log takes twice as much */
const longestLog = 512 * 1024;
/** characters */
const longestEntry = 4000;

/** The daemon's log: bounded, and without what opens anything. */
export class LogFile {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(message: string): void {
    const text = jsonLine(redactText(message).slice(0, longestEntry)).slice(1, -1);
    const line = `${new Date().toISOString()} ${process.pid} ${text}\n`;
    try {
      if (this.#size > longestLog) {
        renameSync(this.#path, `${this.#path}.1`);
        this.#size = 0;
      }
      append(this.#path, line);
      this.#size += Buffer.byteLength(line);
    } catch {
      // a full disk must not end what goes on without a log
    }
  }
}

/** A link of that name is not followed. */
function append(path: string, text: string): void {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}
