import type { ResponseData, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { requireUnsettled, withBytes } from '../model/transitions.ts';
import type { HostBytes } from '../ports.ts';
import type { Transfer } from './transfer.ts';

/** Applied with the first checkpoint of a response: puts its head into the record. */
export type RecordChange = (record: UnsettledRecord) => UnsettledRecord;

/**
 * Takes the bytes of one response as they come and makes them durable in checkpoints: after so many bytes, or so
 * much time. Some are written while the bytes of the next one gather; when they are many, `write` waits.
 */
export class BodySink {
  readonly #transfer: Transfer;
  readonly #body: number;
  #parts: Uint8Array[] = [];
  #rest: HostBytes | null = null;
  #gathered = 0;
  #start: number;
  readonly #writing = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;
  #cancelTimer = (): void => {};
  #head: RecordChange | null;

  /**
   * @param start where in the body the first byte belongs
   * @param head a change of the record that its first checkpoint carries, null for none
   */
  constructor(transfer: Transfer, body: number, start: number, head: RecordChange | null) {
    this.#transfer = transfer;
    this.#body = body;
    this.#start = start;
    this.#head = head;
    this.#startTimer(transfer.options.firstCheckpointInterval);
  }

  /** The offset at which the next byte belongs. */
  get position(): number {
    return this.#start + this.#gathered;
  }

  /** Resolves when there is room for more. Rejects if a checkpoint failed. */
  async write(bytes: Uint8Array): Promise<void> {
    const { job, options } = this.#transfer;
    this.#parts.push(bytes);
    this.#gathered += bytes.byteLength;
    job.pendingBytes += bytes.byteLength;
    // a death is to lose little while the store keeps up, and checkpoints grow when it does not
    const full = this.#writing.size >= options.checkpointsAtOnce;
    const enough = full ? options.checkpointSize : options.smallestCheckpoint;
    if (this.#gathered < enough && !this.#failure) return;
    if (full) await Promise.race(this.#writing);
    this.#throwFailure();
    this.#checkpoint();
  }

  /** Takes the rest of the body, as a last checkpoint. */
  takeRest(bytes: HostBytes): void {
    this.#rest = bytes;
    this.#gathered += bytes.size;
    this.#transfer.job.pendingBytes += bytes.size;
  }

  /** The record's response data as they will be when all that has come is on stable storage. */
  async preview(): Promise<ResponseData> {
    await this.#written();
    const record = this.#extend(requireUnsettled(this.#transfer.record));
    return record.responseData as ResponseData;
  }

  /** Resolves when all is on stable storage, `change` made in the same transaction as the last bytes. */
  async finish(change?: (record: UnsettledRecord) => StoredRecord): Promise<void> {
    this.#cancelTimer();
    await this.#written();
    if (change || this.#gathered > 0 || this.#head) await this.#commit(change);
  }

  /** Forgets what is not in the store yet. */
  async discard(): Promise<void> {
    this.#cancelTimer();
    await Promise.all(this.#writing);
    this.#transfer.job.pendingBytes -= this.#gathered;
    this.#gathered = 0;
    this.#parts = [];
  }

  async #written(): Promise<void> {
    await Promise.all(this.#writing);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #startTimer(delay: number): void {
    const { ports, options } = this.#transfer;
    this.#cancelTimer = ports.clock.setTimer(delay, () => {
      this.#startTimer(options.checkpointInterval);
      if (this.#writing.size === 0 && (this.#gathered > 0 || this.#head)) this.#checkpoint();
    });
  }

  #checkpoint(): void {
    const writing = this.#commit()
      .catch((error) => {
        this.#failure ??= { error };
        // nobody may come to finish the sink
        this.#cancelTimer();
      })
      .then(() => void this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** The change of the record by the bytes that were gathered. */
  get #extend(): RecordChange {
    const head = this.#head;
    const range = { start: this.#start, end: this.position };
    return (record) => withBytes(head ? head(record) : record, this.#body, range);
  }

  async #commit(change = (record: UnsettledRecord): StoredRecord => record): Promise<void> {
    const extend = this.#extend;
    const length = this.#gathered;
    const key = this.#transfer.bodyKey(this.#body);
    const offset = this.#start;
    const parts = this.#rest ?? this.#parts;
    this.#start += length;
    this.#gathered = 0;
    this.#parts = [];
    this.#head = null;
    await this.#transfer.commit((record) => change(extend(record)), { key, offset, parts, length });
  }
}
