import { parseArgs } from 'node:util';
import type { EngineName } from '@background-fetch/testing-engines';

// Not the package's own list: serving alone needs none of what it loads.
const engineNames: readonly EngineName[] = ['chromium', 'firefox', 'webkit'];

export interface StartOptions {
  readonly port: number;
  /** Engine to run the main job in, without a display. */
  readonly headless: EngineName | null;
  /** Use Chromium's own API in the headless run. */
  readonly native: boolean;
  /** Bytes of the model. */
  readonly modelBytes: number;
}

export const usage = `Usage: npm start -- [options]
  --port N            port to serve on (default 8080; 0 picks a free one, as --headless does)
  --size MB           megabytes of the model (default 300)
  --headless ENGINE   run the main job in ${engineNames.join(', ')} and exit
  --native            with --headless chromium: use the browser's own Background Fetch
  --help`;

/** Throws where the arguments make no sense; `null` where help is asked for. */
export function readArguments(args: readonly string[]): StartOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      size: { type: 'string' },
      headless: { type: 'string' },
      native: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const headless = values.headless === undefined ? null : readEngine(values.headless);
  if (values.native && headless !== 'chromium') {
    throw new Error('--native needs --headless chromium: no other engine has a Background Fetch of its own');
  }
  return {
    headless,
    native: values.native ?? false,
    port: readNumber('port', values.port ?? (headless ? '0' : '8080'), 0, 65_535),
    modelBytes: readNumber('size', values.size ?? '300', 1, 10_000) * 1_000_000,
  };
}

function readEngine(name: string): EngineName {
  const engine = engineNames.find((known) => known === name);
  if (!engine) throw new Error(`--headless is one of ${engineNames.join(', ')}; got ${JSON.stringify(name)}`);
  return engine;
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a whole number from ${least} to ${most}; got ${JSON.stringify(text)}`);
}
