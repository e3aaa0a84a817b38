import { parseArgs } from 'node:util';
import { writeSection } from '../../../testing/simulation/src/cli/write-section.ts';
import { measureNode } from './in-node.ts';
import { describe } from './report.ts';
import { shapes } from './shapes.ts';

const usage = `npm run load -- [--engine node] [--records N] [--report]
  --engine   what bears the load
  --records  leaves out what has more records
  --report   writes the figures into docs/reliability.md`;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'node' },
    records: { type: 'string', default: '100000' },
    report: { type: 'boolean', default: false },
  },
});
const most = Number(values.records);
if (!(most >= 1000))
  throw new Error(`--records has to be 1000 or more, and is ${values.records}\n\nUsage: ${usage}`);
if (values.engine !== 'node')
  throw new Error(`--engine ${values.engine}: only node is measured\n\nUsage: ${usage}`);

const text = describe(
  await measureNode(shapes.filter(({ fetches, recordsPerFetch }) => fetches * recordsPerFetch <= most)),
);
console.log(text);
if (values.report) await writeSection('load', text);
