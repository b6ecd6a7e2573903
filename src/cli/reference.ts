import type { Command, OptionSpec } from './command.ts';
import type { CommandTable } from './commandTable.ts';
import { globalOptions } from './globals.ts';

/** `docs/commands.md`, made from the command table; a test holds the file to it. */
export function commandReference(table: CommandTable): string {
  const sections = table.commands.map(section);
  return `# Commands

Generated from the command table by \`npm run generate\`. Do not edit this page.

Every command has \`--help\`. Exit codes: 0 done, 1 a step or check failed, 2 bad input, 3 interrupted, 4 locked by
another run. Results go to standard output, problems and notes to standard error; with \`--json\` everything is JSON on
standard output, as [json.md](json.md) describes.

| command | does |
|---|---|
${table.commands.map((command) => `| [\`${command.name}\`](#${command.name.replace(/ /g, '-')}) | ${cell(command.summary)} |`).join('\n')}

## Options of every command

${optionTable(globalOptions)}

${sections.join('\n\n')}
`;
}

/** How a command is called: `apply [options]`, `lab ssh NODE [COMMAND…]`. */
export function usageOf(command: Command): string {
  const words = (command.arguments ?? []).map((argument) => {
    const word = argument.many ? `${argument.name}…` : argument.name;
    return argument.required ? word : `[${word}]`;
  });
  const options = command.options?.length ? ['[options]'] : [];
  return ['cloudwright', command.name, ...options, ...words].join(' ');
}

function section(command: Command): string {
  const parts = [`## ${command.name}`, `\`${usageOf(command)}\``, sentence(command.summary)];
  if (command.details) parts.push(command.details);
  if (command.arguments?.length) {
    const rows = command.arguments.map((argument) => {
      const choices = argument.choices ? ` (${argument.choices.join(', ')})` : '';
      return `| \`${argument.name}\` | ${cell(argument.summary)}${choices} |`;
    });
    parts.push(`| argument | |\n|---|---|\n${rows.join('\n')}`);
  }
  if (command.options?.length) parts.push(optionTable(command.options));
  if (command.examples?.length) {
    const lines = command.examples.map((example) => `# ${example.says}\n${example.line}`);
    parts.push(`\`\`\`sh\n${lines.join('\n\n')}\n\`\`\``);
  }
  return parts.join('\n\n');
}

function optionTable(options: readonly OptionSpec[]): string {
  const rows = options.map((option) => {
    const value = option.value ? ` ${option.value}` : '';
    const short = option.short ? `\`-${option.short}\`, ` : '';
    const choices = option.choices ? ` (${option.choices.join(', ')})` : '';
    const many = option.many ? '; several times, or with commas' : '';
    return `| ${short}\`--${option.name}${value}\` | ${cell(option.summary)}${choices}${many} |`;
  });
  return `| option | |\n|---|---|\n${rows.join('\n')}`;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|');
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return capital.endsWith('.') ? capital : `${capital}.`;
}
