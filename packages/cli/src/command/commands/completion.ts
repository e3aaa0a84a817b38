import type { Command } from 'commander';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { runCommand } from '../run-command.ts';

/** A command as a shell has to know it. */
interface Completed {
  /** `daemon stop`; empty for the program itself */
  readonly path: string;
  readonly description: string;
  readonly words: readonly string[];
  readonly options: readonly {
    readonly flag: string;
    readonly takesFile: boolean;
    readonly description: string;
  }[];
  /** whether ids of fetches come next */
  readonly takesIds: boolean;
}

export async function completion(shell: string, program: Command): Promise<void> {
  await runCommand({}, async () => {
    const write = { bash, zsh, fish }[shell];
    if (!write) throw new UsageError(`There is no completion for "${shell}": choose bash, zsh or fish`);
    process.stdout.write(write(describeCommands(program, '')));
    return exitCodes.success;
  });
}

function describeCommands(command: Command, path: string): Completed[] {
  const options = command.options.map(({ long, flags, description }) => ({
    flag: long ?? flags,
    takesFile: /<(file|path|dir)>/.test(flags),
    description: description.replace(/['\\]/g, ''),
  }));
  const children = command.commands.flatMap((child) =>
    describeCommands(child, path === '' ? child.name() : `${path} ${child.name()}`),
  );
  const takesIds = command.registeredArguments.some((argument) => argument.name() === 'id');
  const own = { path, description: command.description().split('\n')[0] ?? '', options, takesIds };
  return [{ ...own, words: command.commands.map((child) => child.name()) }, ...children];
}

/** How the ids of fetches are found: nothing is started for it. */
const listIds = 'bgfetch daemon status --json 2>/dev/null | grep -q true && bgfetch list --json 2>/dev/null';
const idOfLine = `sed -n 's/.*"id":"\\([A-Za-z0-9._+-]*\\)".*/\\1/p'`;

function wordsOf({ words, options }: Completed): string {
  return [...words, ...options.map(({ flag }) => flag), '--help'].join(' ');
}

function cases(commands: readonly Completed[], line: (command: Completed) => string): string {
  return commands.map((command) => `    '${command.path}') ${line(command)} ;;\n`).join('');
}

function fileFlags(commands: readonly Completed[]): string {
  const flags = commands.flatMap(({ options }) =>
    options.filter(({ takesFile }) => takesFile).map(({ flag }) => flag),
  );
  return [...new Set(flags)].join('|');
}

function groupsOf(commands: readonly Completed[]): string {
  return commands
    .filter(({ path, words }) => path !== '' && words.length > 0)
    .map(({ path }) => path)
    .join('|');
}

function bash(commands: readonly Completed[]): string {
  return `# bash completion for bgfetch
_bgfetch() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' ids=''
  COMPREPLY=()
  case "$before" in ${fileFlags(commands)}) COMPREPLY=($(compgen -f -- "$word")); return ;; esac
  if ((COMP_CWORD > 1)); then command="\${COMP_WORDS[1]}"; fi
  case "$command" in ${groupsOf(commands)}) if ((COMP_CWORD > 2)); then command="$command \${COMP_WORDS[2]}"; fi ;; esac
  case "$command" in
${cases(commands, (command) => `words='${wordsOf(command)}'${command.takesIds ? ' ids=1' : ''}`)}  esac
  if [[ -n $ids && $word != -* ]]; then words="$(${listIds} | ${idOfLine})"; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _bgfetch bgfetch
`;
}

function zsh(commands: readonly Completed[]): string {
  return `#compdef bgfetch
# zsh completion for bgfetch
_bgfetch() {
  local command='' ids=''
  local -a list
  case "$words[CURRENT-1]" in ${fileFlags(commands)}) _files; return ;; esac
  if ((CURRENT > 2)); then command="$words[2]"; fi
  case "$command" in ${groupsOf(commands)}) if ((CURRENT > 3)); then command="$command $words[3]"; fi ;; esac
  case "$command" in
${cases(commands, (command) => `list=(${wordsOf(command)})${command.takesIds ? '; ids=1' : ''}`)}  esac
  if [[ -n $ids && $words[CURRENT] != -* ]]; then list=(\${(f)"$(${listIds} | ${idOfLine})"}); fi
  compadd -- $list
}
compdef _bgfetch bgfetch
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap((command) => {
    const words = command.path.split(' ').filter((word) => word !== '');
    const known = commands.find(({ path }) => path === '')?.words ?? [];
    const condition =
      words.length === 0
        ? `not __fish_seen_subcommand_from ${known.join(' ')}`
        : words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const complete = `complete -c bgfetch -n '${condition}'`;
    return [
      ...command.words.map((word) => {
        const path = [...words, word].join(' ');
        const description = commands.find((one) => one.path === path)?.description ?? '';
        return `${complete} -f -a ${word} -d '${description.replace(/['\\]/g, '')}'`;
      }),
      ...command.options.map(
        ({ flag, takesFile, description }) =>
          `${complete} -l ${flag.replace(/^--/, '')} ${takesFile ? '-r' : '-f'} -d '${description}'`,
      ),
      ...(command.takesIds ? [`${complete} -f -a '(__bgfetch_ids)'`] : []),
    ];
  });
  return `# fish completion for bgfetch
function __bgfetch_ids
  if bgfetch daemon status --json 2>/dev/null | string match -q '*true*'
    bgfetch list --json 2>/dev/null | string replace -rf '.*"id":"([A-Za-z0-9._+-]*)".*' '$1'
  end
end
${lines.join('\n')}
`;
}
