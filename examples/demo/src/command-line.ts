import { type BrowserName, browserNames } from '@background-fetch/testing-browsers';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { type Command, Option } from 'commander';

export interface StartOptions {
  readonly port: number;
  /** Engine to run the main job in, without a display. */
  readonly headless: BrowserName | null;
  /** Use Chromium's own API in the headless run. */
  readonly native: boolean;
  /** Bytes of the model. */
  readonly modelBytes: number;
}

interface Values {
  readonly port?: number;
  readonly size: number;
  readonly headless?: BrowserName;
  readonly native?: boolean;
}

/** Ends the process where the arguments ask for help, or for what there is not. */
export function readArguments(): StartOptions {
  const command: Command = createCommand('npm start --', 'Builds and serves the demo on http://localhost.')
    .option(
      '--port <n>',
      'port to serve on; 0 picks a free one (default: 8080; with --headless, 0)',
      wholeNumber(0, 65_535),
    )
    .option('--size <mb>', 'megabytes of the model', wholeNumber(1, 10_000), 300)
    .addOption(
      new Option(
        '--headless <engine>',
        'run the main job in this engine, without a display, and exit',
      ).choices(browserNames),
    )
    .option('--native', "with --headless chromium: use the browser's own Background Fetch")
    .parse();
  const { size, headless = null, port = headless ? 0 : 8080, native = false } = command.opts<Values>();
  if (native && headless !== 'chromium') {
    command.error(
      'error: --native needs --headless chromium: no other engine has a Background Fetch of its own',
    );
  }
  return { headless, native, port, modelBytes: size * 1_000_000 };
}
