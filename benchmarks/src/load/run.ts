import { type BrowserName, browserNames, findBrowsers } from '@background-fetch/testing-browsers';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { Option } from 'commander';
import { writeSection } from '../../../testing/simulation/src/cli/write-section.ts';
import { measureBrowser } from './in-browsers.ts';
import { measureNode } from './in-node.ts';
import { describe } from './report.ts';
import { describeBrowser } from './report-browsers.ts';
import { browserShapes, shapes } from './shapes.ts';

interface Options {
  readonly engine: readonly ('node' | BrowserName)[];
  readonly records: number;
  readonly report?: boolean;
}

const { engine, records, report } = createCommand(
  'npm run load --',
  'Lets engines bear many background fetches of many records, and prints the figures as Markdown.',
)
  .addOption(
    new Option('--engine <name...>', 'what bears the load')
      .choices(['node', ...browserNames])
      .default(['node'], 'node'),
  )
  .option('--records <n>', 'leave out what has more records', wholeNumber(1000), 100_000)
  .option('--report', 'write the figures into docs/reliability.md')
  .parse()
  .opts<Options>();

for (const name of engine) {
  const { section, text } = name === 'node' ? await bearInNode() : await bearInBrowser(name);
  console.log(text);
  if (report) await writeSection(section, text);
}

async function bearInNode(): Promise<{ section: string; text: string }> {
  return { section: 'load', text: describe(await measureNode(shapes.filter(isWanted))) };
}

async function bearInBrowser(engine: BrowserName): Promise<{ section: string; text: string }> {
  const found = (await findBrowsers())[engine];
  if (!found.present) throw new Error(found.hint);
  const rows = await measureBrowser(engine, browserShapes.filter(isWanted));
  return { section: `load-${engine}`, text: describeBrowser(rows, found.version) };
}

function isWanted(shape: { readonly fetches: number; readonly recordsPerFetch: number }): boolean {
  return shape.fetches * shape.recordsPerFetch <= records;
}
