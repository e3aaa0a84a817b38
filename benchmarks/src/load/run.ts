import { parseArgs } from 'node:util';
import { engineNames, findEngines } from '@background-fetch/testing-engines';
import { writeSection } from '../../../testing/simulation/src/cli/write-section.ts';
import { measureBrowser } from './in-browsers.ts';
import { measureNode } from './in-node.ts';
import { describe } from './report.ts';
import { describeBrowser } from './report-browsers.ts';
import { browserShapes, shapes } from './shapes.ts';

const usage = `npm run load -- [--engine node|chromium|firefox|webkit]… [--records N] [--report]
  --engine   what bears the load; node unless given
  --records  leaves out what has more records
  --report   writes the figures into docs/reliability.md`;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true, default: ['node'] },
    records: { type: 'string', default: '100000' },
    report: { type: 'boolean', default: false },
  },
});
const most = Number(values.records);
if (!(most >= 1000))
  throw new Error(`--records has to be 1000 or more, and is ${values.records}\n\nUsage: ${usage}`);

for (const name of values.engine) {
  const { section, text } = name === 'node' ? await bearInNode() : await bearInBrowser(name);
  console.log(text);
  if (values.report) await writeSection(section, text);
}

async function bearInNode(): Promise<{ section: string; text: string }> {
  return { section: 'load', text: describe(await measureNode(shapes.filter(isWanted))) };
}

async function bearInBrowser(name: string): Promise<{ section: string; text: string }> {
  const engine = engineNames.find((known) => known === name);
  if (!engine) throw new Error(`--engine ${name} is not known\n\nUsage: ${usage}`);
  const found = (await findEngines())[engine];
  if (!found.present) throw new Error(found.hint);
  const rows = await measureBrowser(engine, browserShapes.filter(isWanted));
  return { section: `load-${engine}`, text: describeBrowser(rows, found.version) };
}

function isWanted(shape: { readonly fetches: number; readonly recordsPerFetch: number }): boolean {
  return shape.fetches * shape.recordsPerFetch <= most;
}
