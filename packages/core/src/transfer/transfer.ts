import type { BodyKey, RecordResult, StoredRecord, UnsettledRecord } from '../model/record.ts';
import { settled } from '../model/transitions.ts';
import type { EnginePorts } from '../ports.ts';
import type { BytesToStore, Job } from './job.ts';
import type { EngineOptions } from './options.ts';
import type { Lessons } from './plan-attempt.ts';

/** One record while its job completes it. */
export class Transfer {
  readonly lessons: Lessons = {};

  constructor(
    readonly job: Job,
    readonly index: number,
  ) {}

  get record(): StoredRecord {
    return this.job.record(this.index);
  }

  get origin(): string {
    return new URL(this.record.request.url).origin;
  }

  get ports(): EnginePorts {
    return this.job.workshop.ports;
  }

  get options(): EngineOptions {
    return this.job.workshop.options;
  }

  /** Where the bytes of one of its bodies are stored. */
  bodyKey(body: number): BodyKey {
    return { fetch: this.job.fetch.key, index: this.index, body };
  }

  /** Makes a change of the record durable: see `Job.commit`. */
  commit(change: (record: UnsettledRecord) => StoredRecord, bytes?: BytesToStore): Promise<undefined> {
    return this.job.commit(this.index, change, bytes);
  }

  settle(result: RecordResult): Promise<undefined> {
    return this.commit((record) => settled(record, result));
  }
}
