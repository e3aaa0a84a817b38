import { parseArgs } from 'node:util';
import { engineNames } from '@background-fetch/testing-engines';
import type { HostName } from '../protocol.ts';

/** One run of the page. */
export interface Pass {
  readonly engine: HostName;
  readonly driven: boolean;
  readonly native: boolean;
}

export interface CommandLine {
  readonly passes: readonly Pass[];
  readonly grep: string;
}

export const usage = `node --conditions=source --import tsx testing/conformance/src/run.ts
  [--engine chromium|firefox|webkit|node]…  only these
  [--driven | --undriven]              only so; default: undriven, and WebKit also driven (its storage takes no Blobs then)
  [--native]                           Chromium's own Background Fetch, against the list in native-failures.ts
  [--grep text]                        only behaviours whose full title contains it`;

const hostNames: readonly HostName[] = [...engineNames, 'node'];

/** @throws Error with the usage for arguments that are not understood */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', multiple: true },
      driven: { type: 'boolean' },
      undriven: { type: 'boolean' },
      native: { type: 'boolean' },
      grep: { type: 'string', default: '' },
    },
  });
  const engines = (values.engine ?? hostNames).map((name) => {
    const engine = hostNames.find((known) => known === name);
    if (!engine) throw new Error(`No engine is called ${name}; there are ${hostNames.join(', ')}`);
    return engine;
  });
  if (values.native) {
    return {
      passes: [{ engine: 'chromium', driven: values.driven ?? false, native: true }],
      grep: values.grep,
    };
  }
  const both = !values.driven && !values.undriven;
  const passes = engines.flatMap((engine) => {
    const ways = both && engine === 'webkit' ? [false, true] : [values.driven ?? false];
    return ways.map((driven) => ({ engine, driven, native: false }));
  });
  return { passes, grep: values.grep };
}

export function nameOf({ engine, driven, native }: Pass): string {
  if (engine === 'node') return engine;
  return `${engine}${native ? ', native' : ''}, ${driven ? 'driven' : 'undriven'}`;
}
