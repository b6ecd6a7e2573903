import type { ArgumentSpec, OptionSpec } from './command.ts';
import { globalOptions } from './globals.ts';
import type { CommandTable } from './program.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A completion script for one shell, made from the command table. */
export function completionScript(shell: Shell, table: CommandTable): string {
  switch (shell) {
    case 'bash':
      return bash(table);
    case 'zsh':
      return zsh(table);
    case 'fish':
      return fish(table);
  }
}

/** The words that may follow each prefix: '' for the top, `lab` for a group, `lab up` for a command. */
function wordsByPrefix(table: CommandTable): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const top = table.commands.filter((command) => !command.name.includes(' ')).map((command) => command.name);
  const globals = globalOptions.map((option) => `--${option.name}`);
  words.set('', [...top, ...table.groups.map((group) => group.name), ...globals, '--help', '--version']);
  for (const group of table.groups) {
    const own = table.commands.filter((command) => command.name.startsWith(`${group.name} `));
    words.set(group.name, [...own.map((command) => command.name.slice(group.name.length + 1)), '--help']);
  }
  for (const command of table.commands) {
    const choices = (command.arguments ?? []).flatMap((argument) => argument.choices ?? []);
    const options = (command.options ?? []).map((option) => `--${option.name}`);
    words.set(command.name, [...choices, ...options, ...globals, '--help']);
  }
  return words;
}

function bash(table: CommandTable): string {
  const cases = [...wordsByPrefix(table)].map(
    ([prefix, words]) => `    '${prefix}') words='${words.join(' ')}' ;;`,
  );
  const valued = valuedOptions(table);
  return `# bash completion of cloudwright: source <(cloudwright completion bash)
_cloudwright() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} prefix='' word words index
  case "$before" in
${valued.choices.map(([flag, choices]) => `    ${flag}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current")); return ;;`).join('\n')}
    ${valued.files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${valued.others.join('|')}) return ;;
  esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case "$word" in
      -*) ;;
      ${table.groups.map((group) => group.name).join('|')}) [ -z "$prefix" ] && prefix=$word ;;
      *) case "$prefix" in ''|${table.groups.map((group) => group.name).join('|')}) prefix="\${prefix:+$prefix }$word" ;; esac ;;
    esac
  done
  case "$prefix" in
${cases.join('\n')}
    *) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _cloudwright cloudwright ./cloudwright
`;
}

function valuedOptions(table: CommandTable): {
  readonly choices: readonly (readonly [string, readonly string[]])[];
  readonly files: readonly string[];
  readonly others: readonly string[];
} {
  const all = new Map<string, OptionSpec>();
  for (const option of [...globalOptions, ...table.commands.flatMap((command) => command.options ?? [])]) {
    if (option.value) all.set(`--${option.name}`, option);
  }
  const entries = [...all];
  return {
    choices: entries.flatMap(([flag, option]) => (option.choices ? [[flag, option.choices] as const] : [])),
    files: entries.filter(([, option]) => option.file && !option.choices).map(([flag]) => flag),
    others: entries.filter(([, option]) => !option.file && !option.choices).map(([flag]) => flag),
  };
}

/** Quotes for the inside of single quotes, in all three shells' zsh and fish forms. */
function plain(text: string): string {
  return text.replace(/['`\\[\]:]/g, '');
}

function zsh(table: CommandTable): string {
  const describe = (name: string, entries: readonly (readonly [string, string])[]): string =>
    `    local -a ${name}; ${name}=(${entries.map(([word, says]) => `'${word}:${plain(says)}'`).join(' ')})\n    _describe ${name} ${name}`;
  const top = [...table.commands.filter((command) => !command.name.includes(' ')), ...table.groups].map(
    (one) => [one.name, one.summary] as const,
  );
  const groupCases = table.groups.map((group) => {
    const own = table.commands.filter((command) => command.name.startsWith(`${group.name} `));
    const entries = own.map(
      (command) => [command.name.slice(group.name.length + 1), command.summary] as const,
    );
    return `    ${group.name})\n      if (( CURRENT == 3 )); then\n${describe('subcommands', entries)}\n      return; fi ;;`;
  });
  const commandCases = table.commands.map((command) => {
    const options = [...(command.options ?? []), ...globalOptions].map(zshOption);
    const own = (command.arguments ?? []).map(zshArgument);
    return `    '${command.name}') _arguments -s ${[...options, ...own].join(' ')} ;;`;
  });
  return `#compdef cloudwright
# zsh completion of cloudwright: source <(cloudwright completion zsh)
_cloudwright() {
  if (( CURRENT == 2 )); then
${describe('commands', top)}
    return
  fi
  local command=$words[2]
  case $command in
${groupCases.join('\n')}
  esac
  case $command in ${table.groups.map((group) => group.name).join('|')}) command="$words[2] $words[3]"; shift words; (( CURRENT-- )) ;; esac
  shift words; (( CURRENT-- ))
  case $command in
${commandCases.join('\n')}
  esac
}
(( $+functions[compdef] )) && compdef _cloudwright cloudwright
`;
}

function zshOption(option: OptionSpec): string {
  const value = option.value
    ? `:${option.value}:${option.choices ? `(${option.choices.join(' ')})` : option.file ? '_files' : ' '}`
    : '';
  return `'${option.many ? '*' : ''}--${option.name}[${plain(option.summary)}]${value}'`;
}

function zshArgument(argument: ArgumentSpec): string {
  const action = argument.choices ? `(${argument.choices.join(' ')})` : '_files';
  return `'${argument.many ? '*' : ''}:${argument.name}:${action}'`;
}

function fish(table: CommandTable): string {
  const lines = [
    '# fish completion of cloudwright: cloudwright completion fish | source',
    'complete -c cloudwright -f',
  ];
  const top = table.commands.filter((command) => !command.name.includes(' '));
  for (const one of [...top, ...table.groups]) {
    lines.push(`complete -c cloudwright -n __fish_use_subcommand -a ${one.name} -d '${plain(one.summary)}'`);
  }
  for (const command of table.commands) {
    const [first = '', second] = command.name.split(' ');
    const seen =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    if (second !== undefined) {
      const siblings = table.commands
        .filter((one) => one.name.startsWith(`${first} `))
        .map((one) => one.name.split(' ')[1]);
      lines.push(
        `complete -c cloudwright -n '__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${siblings.join(' ')}' -a ${second} -d '${plain(command.summary)}'`,
      );
    }
    for (const option of command.options ?? []) lines.push(fishOption(option, seen));
    for (const argument of command.arguments ?? []) {
      if (argument.choices)
        lines.push(`complete -c cloudwright -n '${seen}' -a '${argument.choices.join(' ')}'`);
      if (argument.file) lines.push(`complete -c cloudwright -n '${seen}' -F`);
    }
  }
  for (const option of globalOptions) lines.push(fishOption(option, undefined));
  return `${lines.join('\n')}\n`;
}

function fishOption(option: OptionSpec, condition: string | undefined): string {
  const parts = [
    'complete -c cloudwright',
    ...(condition ? [`-n '${condition}'`] : []),
    ...(option.short ? [`-s ${option.short}`] : []),
    `-l ${option.name}`,
    ...(option.value
      ? [option.choices ? `-x -a '${option.choices.join(' ')}'` : option.file ? '-r -F' : '-x']
      : []),
    `-d '${plain(option.summary)}'`,
  ];
  return parts.join(' ');
}
