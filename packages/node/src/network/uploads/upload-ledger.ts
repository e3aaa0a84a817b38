import { setImmediate } from 'node:timers/promises';
import type { Upload } from '@background-fetch/core';
import { decodeUploadState, encodeUploadState, type UploadState } from './upload-state.ts';

/** An upload may cost this many times its own size beyond what a server has acknowledged, over all attempts. */
const mostLost = 2;
/** The number of upload resources of one request that may be gone, so that another takes their place. */
const mostGone = 3;
/** bytes; there are servers that take no part but the last that is not a multiple of it */
const partUnit = 256 * 1024;

/**
 * The account of an upload: how much of it left, and how much its server has acknowledged. It is kept with the
 * upload's state: neither another attempt nor another process begins to count anew.
 */
export class UploadLedger {
  readonly #upload: Pick<Upload, 'keep'>;
  readonly #size: number;
  #at: Pick<UploadState, 'protocol' | 'url'> | null = null;
  #acknowledged = 0;
  #reach: number | undefined;
  #ended = false;
  #sent = 0;
  #gone = 0;
  /** The state that is at rest. */
  #kept: string | null;
  #keeping: Promise<unknown> = Promise.resolve();
  /** Settles when it is known whether the end of the body leaves. */
  #ending: Promise<unknown> = Promise.resolve();

  /** @throws TypeError if what was kept of the upload is not understood */
  constructor(upload: Pick<Upload, 'state' | 'keep'>, size: number) {
    this.#upload = upload;
    this.#size = size;
    this.#kept = upload.state ?? null;
    if (upload.state === undefined) return;
    const { protocol, url, ...counts } = decodeUploadState(upload.state);
    this.#at = { protocol, url };
    this.#reach = counts.reach;
    this.#acknowledged = counts.acknowledged ?? 0;
    this.#ended = counts.ended ?? false;
    this.#sent = counts.sent ?? 0;
    this.#gone = counts.gone ?? 0;
  }

  /** The protocol and the resource by which it is continued; null if it is not. */
  get at(): Pick<UploadState, 'protocol' | 'url'> | null {
    return this.#at;
  }

  /** Bytes that may still leave without being acknowledged. */
  get left(): number {
    return mostLost * this.#size - (this.#sent - this.#acknowledged);
  }

  /**
   * The most bytes to send at a time: what may still be lost but for a reserve, and half of what is left of that. So
   * there is always something left to try with, and what loses whole parts gets smaller ones.
   */
  get longestPart(): number {
    const { left } = this;
    const most = Math.max(0, Math.floor(Math.max(left - this.#size / 4, left / 2)));
    return most < this.#size && most > partUnit ? most - (most % partUnit) : most;
  }

  /** Whether the server may have all of the body: then it must not get it again. */
  get mayBeComplete(): boolean {
    return this.#ended || this.#acknowledged === this.#size;
  }

  /** Whether another resource may take the place of one that is gone, which will cost so many bytes. */
  mayBeginAnew(bytes: number): boolean {
    return this.#gone < mostGone && bytes <= this.left;
  }

  /** The resource is gone, and with it what it has acknowledged. */
  lose(): void {
    this.#gone++;
  }

  /**
   * Begins the account of a resource that has nothing.
   * @param reach how far into the body what it may have reaches, in bytes; undefined if it may have more than it got
   */
  begin(reach: number | undefined): void {
    this.#acknowledged = 0;
    this.#ended = false;
    this.#reach = reach;
  }

  /** Makes durable how it is continued, and where. Rejects if that can't be kept; then it is not continued. */
  async continueAt(protocol: UploadState['protocol'], url: string | null): Promise<void> {
    this.#at = { protocol, url };
    try {
      await this.save();
    } catch (error) {
      this.#at = null;
      throw error;
    }
  }

  /** Makes durable that it is not continued: whatever becomes of this attempt, there is no other. */
  async end(): Promise<void> {
    await this.save();
    this.#at = null;
    this.#kept = null;
    await this.#upload.keep(null);
  }

  /** Makes durable what has changed. */
  async save(): Promise<void> {
    await this.#ending.catch(() => {});
    await this.#write();
  }

  /** Notes that what is sent next reaches up to `end`. */
  aim(end: number): void {
    if (this.#reach !== undefined) this.#reach = Math.max(this.#reach, end);
  }

  /** Bytes of the body leave. */
  handOver(bytes: number): void {
    this.#sent += bytes;
  }

  /**
   * The last byte of the body is about to leave. Resolves once that is durable; rejects if it need not leave any more.
   * @param isOver whether the request has come to its end
   */
  async handOverEnd(isOver: () => boolean): Promise<void> {
    this.#ended = true;
    if (!this.#at) return;
    const ending = this.#markEnd(isOver);
    this.#ending = ending;
    await ending;
  }

  /** The resource has so many bytes. @throws TypeError if that can't be */
  acknowledge(offset: number, where: string): void {
    if (offset < this.#acknowledged) {
      const lost = `it had acknowledged ${this.#acknowledged}`;
      throw new TypeError(`${where} has ${offset} of ${this.#size} bytes of the upload, and ${lost}`);
    }
    if (this.#reach !== undefined && offset > this.#reach) {
      const sent = `no more than ${this.#reach} were sent`;
      throw new TypeError(`${where} has ${offset} of ${this.#size} bytes of the upload, and ${sent}`);
    }
    this.#acknowledged = offset;
    if (offset < this.#size) this.#ended = false;
  }

  /** Notes that what was sent last was refused, its end, too. */
  refuse(): void {
    this.#ended = false;
  }

  async #markEnd(isOver: () => boolean): Promise<void> {
    try {
      await this.#write();
      // the next turns of the event loop tell what became of the connection meanwhile
      for (let turn = 0; turn < 8 && !isOver(); turn++) await setImmediate();
      if (isOver()) throw new Error('Its connection ended before all of its body was sent');
    } catch (error) {
      this.#ended = false;
      throw error;
    }
  }

  /** Writes one state after the other: the last that is written is what is known last. */
  #write(): Promise<void> {
    const writing = this.#keeping.then(async () => {
      if (!this.#at) return;
      const text = encodeUploadState({
        ...this.#at,
        acknowledged: this.#acknowledged || undefined,
        reach: this.#reach,
        ended: this.#ended || undefined,
        sent: this.#sent || undefined,
        gone: this.#gone || undefined,
      });
      if (text === this.#kept) return;
      await this.#upload.keep(text);
      this.#kept = text;
    });
    this.#keeping = writing.catch(() => {});
    return writing;
  }
}
