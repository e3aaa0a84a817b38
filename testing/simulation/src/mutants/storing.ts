import type { Mutant } from './mutant.ts';

const job = 'transfer/job.ts';
const sink = 'transfer/body-sink.ts';
const records = 'algorithms/create-record-objects.ts';

/** What is stored, counted, shown and read. */
export const storing: readonly Mutant[] = [
  {
    name: 'checkpoint the row before the bytes',
    file: job,
    from: 'if (bytes) transaction.putBytes(bytes.key, bytes.offset, staged ?? bytes.parts);',
    to: `if (bytes)
        void this.workshop.writer.write(async (later) => later.putBytes(bytes.key, bytes.offset, staged ?? bytes.parts));`,
  },
  {
    name: 'checkpoint the bytes without the row',
    file: sink,
    from: 'await this.#transfer.commit((record) => change(extend(record)), { key, offset, parts, length });',
    to: 'await this.#transfer.commit((record) => change(record), { key, offset, parts, length });',
  },
  {
    name: 'change a row as it was before an earlier write of its transaction',
    file: 'transfer/checkpoint-writer.ts',
    from: 'if (record) ahead.delete(',
    to: 'if (record) void (',
  },
  {
    name: 'keep the bytes of a body that was replaced',
    file: job,
    from: 'transaction.deleteBytes({ fetch: key, index, body: data.body });',
    to: 'void 0;',
  },
  {
    name: 'tell of bytes that are not stored yet',
    file: 'algorithms/update-background-fetch-instances.ts',
    from: 'const snapshot = takeSnapshot(job.fetch, job.totals);',
    to: 'const snapshot = { ...takeSnapshot(job.fetch, job.totals), downloaded: job.totals.downloaded + job.pendingBytes };',
  },
  {
    name: 'store bytes beyond downloadTotal',
    file: 'algorithms/receive-body.ts',
    from: 'return downloadTotal !== 0 && job.totals.downloaded + job.pendingBytes + added > downloadTotal;',
    to: 'return downloadTotal !== 0 && job.totals.downloaded > downloadTotal;',
  },
  {
    name: 'forget the bytes under way when counting against downloadTotal',
    file: 'algorithms/receive-body.ts',
    from: 'job.totals.downloaded + job.pendingBytes + added > downloadTotal',
    to: 'job.totals.downloaded + added > downloadTotal',
  },
  {
    name: 'begin a body before the one it replaces is dropped',
    file: 'algorithms/process-response.ts',
    from: 'const drops = storedLength(record) > 0;',
    to: 'const drops = false;',
  },
  {
    name: 'leave the timer of a checkpoint running',
    file: sink,
    from: 'this.#cancelTimer();\n    await this.#written();\n    if (change',
    to: 'await this.#written();\n    if (change',
  },
  {
    name: 'go on reading in the body that took the place',
    file: records,
    from: `if (data?.body !== key.body)
      throw new TypeError(\`\${record.request.url}: another response took its place\`);
    const stored = prefixLength(data.stored);
    if (stored > transmitted) return await readSomeBytes(realm.ports.store, key, transmitted, stored);`,
    to: `if (!data) throw new TypeError('gone');
    const stored = prefixLength(data.stored);
    const current = { ...key, body: data.body };
    if (stored > transmitted) return await readSomeBytes(realm.ports.store, current, transmitted, stored);`,
  },
  {
    name: 'end a reader where the stored bytes end',
    file: records,
    from: "return record.state === 'settled' ? noBytes : null;",
    to: 'return noBytes;',
  },
];
