import type { OptionSpec } from './command.ts';

/** Options that every command takes, before or after its name. */
export const globalOptions: readonly OptionSpec[] = [
  {
    name: 'file',
    short: 'f',
    value: 'FILE',
    summary: 'the description (default: the nearest cloud.yaml in this folder or above it)',
    completes: 'file',
  },
  { name: 'json', summary: 'print JSON lines for scripts: events, then the result (docs/json.md)' },
  { name: 'verbose', short: 'v', summary: 'print every change and every check' },
  { name: 'quiet', short: 'q', summary: 'print problems only' },
  { name: 'no-color', summary: 'print without colours; so does the variable NO_COLOR' },
  {
    name: 'vault-password-file',
    value: 'FILE',
    summary: 'read the vault password from this file instead of asking',
    completes: 'file',
  },
];
