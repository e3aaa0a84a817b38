import { cpus, totalmem } from 'node:os';
import type { Measurement, Percentiles } from './measure.ts';

const head = [
  ...['shape', 'records', 'starting, ms per record', 'fetching, ms per record', 'of the size before'],
  ...['memory, kB per record', '`getIds()`, ms', '`match()`, ms', 'event loop, ms', '`progress` events'],
];

/** The section of docs/reliability.md. */
export function describe(found: readonly Measurement[]): string {
  const rows = found.map((measurement, index) => {
    const { name, records, starting, fetching, peak, progress } = measurement;
    const before = found[index - 1];
    const ratio = before?.name === name ? fetching / records / (before.fetching / before.records) : null;
    return [
      name,
      `${records}`,
      (starting / records).toFixed(3),
      (fetching / records).toFixed(2),
      ratio === null ? '' : `× ${ratio.toFixed(2)}`,
      (peak / records / 1000).toFixed(1),
      delays(measurement.getIds),
      delays(measurement.match),
      delays(measurement.eventLoop),
      `${progress}`,
    ];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [
    '## Load',
    '',
    `Node ${process.versions.node}, ${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB of memory; bodies of 100 bytes over loopback, from a server on the same`,
    'cores, with the default options. Memory is what the process grew by at most, what Node had not collected yet included,',
    'and counts for little below 10,000 records. `getIds()` and `match()`, which looks for the last record of the oldest fetch, are',
    'called twice a second; theirs and the delays of the event loop are median / 99th percentile / maximum.',
    '',
    ...lines,
    '',
    'A background fetch that is paused has no timer and writes nothing. Of those that are offline, one record for each origin',
    'asks for the network, at most every five minutes, and writes nothing either',
    '(`testing/simulation/test/costs-nothing.test.ts`).',
    '',
  ].join('\n');
}

function delays({ half, most, all }: Percentiles): string {
  return [half, most, all].map((time) => (time < 10 ? time.toFixed(1) : `${Math.round(time)}`)).join(' / ');
}
