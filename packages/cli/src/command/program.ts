import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from './exit-codes.ts';
import {
  parseCount,
  parseHeader,
  parseId,
  parseIntegrity,
  parseMethod,
  parseRate,
  parseSize,
  untold,
} from './parse-values.ts';
import { printable } from './printable.ts';
import { version } from './version.ts';

function writeError(text: string): void {
  process.stderr.write(text);
}

/** What is wrong with the arguments is said with what they hold, line by line: that may come from elsewhere. */
function sayError(text: string, write: (text: string) => void): void {
  write(`${text.trimEnd().split('\n').map(printable).join('\n')}\n`);
}

/** Commands without their work: that is loaded when it is needed, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command('bgfetch')
    .description(
      'Durable downloads and uploads. What it brings is one version of the resource, byte for byte, whatever is ' +
        'killed and whenever. Work goes on in the background, and after a crash or a reboot from where it was.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(bgfetch --help, or bgfetch COMMAND --help, says how it is used)');
  addFetching(program);
  addSteering(program);
  addDaemon(program);
  program
    .command('completion')
    .description('print a completion script for a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', examples(['source <(bgfetch completion bash)', 'bgfetch completion fish | source']))
    .action(async (shell: string) => (await import('./commands/completion.ts')).completion(shell, program));
  program.addHelpText(
    'after',
    `${examples(['bgfetch get https://example.com/film.mp4', 'bgfetch fetch --id maps --input urls.txt', 'bgfetch watch'])}
Exit codes: 0 all is done and right, 1 a fetch failed, 2 wrong usage, 3 aborted (of daemon status: none runs), 4 trouble with store, daemon or disk.`,
  );
  return program;
}

/** Runs the command line, and sets the exit code of the process. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  forEachCommand(program, (command) => command.exitOverride().configureOutput({ outputError: sayError }));
  try {
    if (argv.length <= 2) program.help({ error: true });
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === untold) sayError(`error: ${error.message}\n`, writeError);
    process.exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  }
}

function forEachCommand(command: Command, work: (command: Command) => void): void {
  work(command);
  for (const child of command.commands) forEachCommand(child, work);
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function common(command: Command): Command {
  return command
    .addOption(new Option('--store <dir>', 'where fetches are kept').env('BGFETCH_STORE'))
    .option('--json', 'print one JSON object a line')
    .option('-q, --quiet', 'print nothing but errors');
}

function addRequestOptions(command: Command): Command {
  return command
    .argument('[url...]', 'http and https URLs')
    .option('--id <id>', 'what to call the fetch; made of the first name otherwise', parseId)
    .option('--title <text>', 'a title for lists')
    .option('--download-total <size>', 'fail if more bytes than this come, such as 60M', parseSize)
    .option('-H, --header <header>', "send a header 'Name: value'; may be repeated", parseHeader)
    .option(
      '-X, --method <method>',
      'any method, such as PUT; GET if it is not given, POST with a --body',
      parseMethod,
    )
    .option('--body <file>', 'send a file as the body of the request; - for the standard input')
    .option(
      '--integrity <digest>',
      'sha256-…, sha384-… or sha512-… that the body must have (one URL)',
      parseIntegrity,
    )
    .option('-o, --output <path>', 'the file, or the directory if it is one or ends in /')
    .option('-i, --input <file>', 'a list of URLs, one a line; - for the standard input')
    .option('--overwrite', 'replace files of the same name')
    .option(
      '--compressed',
      'ask for a compressed body, and decode what comes; otherwise it is saved as it was sent',
    )
    .option('--skip-existing', 'do not fetch what is there under its name, the one given or that of the URL')
    .option(
      '--continue-on-error',
      'as without it: when a file fails, the others go on, and the exit code is 1',
    )
    .option('-j, --jobs <n>', 'files at a time (default: 6)', parseCount(1, 1000))
    .option('-x, --connections <n>', 'connections for one large file (default: 4)', parseCount(1, 64))
    .option('--limit-rate <rate>', 'bytes per second at most, such as 5M (default: no limit)', parseRate)
    .option(
      '--same-type',
      'try again where the rest of a file is answered with another media type, as by the login page of a network',
    )
    .option('--proxy <url>', 'http://, https:// or socks5:// proxy for all requests; an empty one for none')
    .option('--cacert <file>', 'trust the authorities in this PEM file, and no others')
    .option('--cert <file>', 'show this client certificate (PEM, with or without its key)')
    .option('--key <file>', 'the key of --cert')
    .option('-k, --insecure', 'do not check certificates')
    .option(
      '--retry <n>',
      'attempts after the first that may bring nothing new (default: 7; 2 while the server never answered)',
      parseCount(0, 1_000_000),
    );
}

function addFetching(program: Command): void {
  common(addRequestOptions(program.command('fetch')))
    .description('start in the background, and return as soon as nothing can lose it any more')
    .option('-w, --wait', 'follow it to its end')
    .addHelpText(
      'after',
      examples([
        'bgfetch fetch https://example.com/film.mp4',
        "bgfetch fetch --id ep-5 --title 'Episode 5' --output ~/podcasts/ https://example.com/ep-5.mp3",
        'bgfetch fetch --method PUT --body photo.jpg https://example.com/photos/1',
      ]),
    )
    .action(async (urls: string[], options) => (await import('./commands/fetch.ts')).fetch(urls, options));
  common(addRequestOptions(program.command('get')))
    .description('fetch, follow, save and forget; the same command again goes on where it was stopped')
    .addHelpText(
      'after',
      examples([
        'bgfetch get https://example.com/film.mp4',
        'bgfetch get --connections 8 --output model.bin https://example.com/model',
        'bgfetch get --input urls.txt --jobs 16 --output downloads/',
      ]),
    )
    .action(async (urls: string[], options) => (await import('./commands/get.ts')).get(urls, options));
}

function addSteering(program: Command): void {
  common(program.command('list'))
    .description('list the fetches')
    .addHelpText('after', examples(['bgfetch list', 'bgfetch list --json']))
    .action(async (options) => (await import('./commands/list.ts')).list(options));
  common(program.command('show'))
    .description('show a fetch and its files')
    .argument('<id>')
    .addHelpText('after', examples(['bgfetch show film.mp4']))
    .action(async (id: string, options) => (await import('./commands/list.ts')).show(id, options));
  common(program.command('watch'))
    .description('follow fetches to their end: those named, or all that are not at it')
    .argument('[id...]')
    .addHelpText('after', examples(['bgfetch watch', 'bgfetch watch film.mp4 maps']))
    .action(async (ids: string[], options) => (await import('./commands/watch.ts')).watch(ids, options));
  const steer = (name: 'pause' | 'resume' | 'abort', description: string): void => {
    common(program.command(name))
      .description(description)
      .argument('<id...>')
      .addHelpText('after', examples([`bgfetch ${name} film.mp4`]))
      .action(async (ids: string[], options) =>
        (await import('./commands/steer.ts')).steer(name, ids, options),
      );
  };
  steer('pause', 'stop transferring, and keep what has come');
  steer('resume', 'go on after a pause');
  common(program.command('retry'))
    .description('go on with a fetch that failed, or begin it again where nothing of it is kept')
    .argument('<id...>')
    .addHelpText('after', examples(['bgfetch retry film.mp4']))
    .action(async (ids: string[], options) => (await import('./commands/retry.ts')).retry(ids, options));
  steer('abort', 'end a fetch, and drop what has come');
  common(program.command('save'))
    .description('put the files of a fetch that has ended into a directory')
    .argument('<id>')
    .option(
      '-o, --output <path>',
      'the file, or the directory if it is one or ends in /; the working directory otherwise',
    )
    .option('--overwrite', 'replace files of the same name')
    .addHelpText('after', examples(['bgfetch save film.mp4', 'bgfetch save film.mp4 --output ~/films/']))
    .action(async (id: string, options) => (await import('./commands/save.ts')).save(id, options));
  common(program.command('log'))
    .description('show what the daemon wrote about a fetch; without one, where its log is and what came last')
    .argument('[id]')
    .addHelpText('after', examples(['bgfetch log film.mp4', 'bgfetch log']))
    .action(async (id: string | undefined, options) => (await import('./commands/log.ts')).log(id, options));
  common(program.command('forget'))
    .description('remove fetches that have ended, with what of them was not saved')
    .argument('[id...]')
    .option('--failed', 'all that failed or were aborted, but those of which something is not saved yet')
    .addHelpText('after', examples(['bgfetch forget film.mp4', 'bgfetch forget --failed']))
    .action(async (ids: string[], options) => (await import('./commands/forget.ts')).forget(ids, options));
}

function addDaemon(program: Command): void {
  const daemon = program
    .command('daemon')
    .description('the process that does the work: it starts when it is needed, and ends when it is not')
    .addHelpText('after', examples(['bgfetch daemon status', 'bgfetch daemon stop']));
  common(daemon.command('start'))
    .description('start it, unless it runs')
    .action(async (options) => (await import('./commands/daemon.ts')).startDaemon(options));
  common(daemon.command('stop'))
    .description('stop it; what it is doing goes on at the next command')
    .action(async (options) => (await import('./commands/daemon.ts')).stopDaemon(options));
  common(daemon.command('status'))
    .description('say whether it runs, and how busy it is; exit with 3 if it does not')
    .action(async (options) => (await import('./commands/daemon.ts')).daemonStatus(options));
  common(daemon.command('run'))
    .description('run it in the foreground, for service managers')
    .addOption(
      new Option('--idle <seconds>', 'end after so long with nothing to do; 0 for never')
        .env('BGFETCH_IDLE')
        .default(60)
        .argParser(parseCount(0, 10_000_000)),
    )
    .action(async (options) => (await import('./commands/daemon.ts')).runInForeground(options));
}
