import type { Selection } from '../app/contracts.ts';
import type { Input, OptionSpec } from './command.ts';

/** Options that narrow a run to steps and hosts, and the removals that it may make. */
export const selectionOptions: readonly OptionSpec[] = [
  { name: 'step', value: 'STEP', summary: 'only this step', many: true, completes: 'step' },
  { name: 'from', value: 'STEP', summary: 'this step and those after it', completes: 'step' },
  { name: 'skip', value: 'STEP', summary: 'leave this step out', many: true, completes: 'step' },
  { name: 'host', value: 'HOST', summary: 'only this host', many: true, completes: 'host' },
  {
    name: 'remove',
    value: 'ID',
    summary: 'allow the removal of this resource although data is lost',
    many: true,
  },
];

export function selectionOf(input: Input): {
  readonly selection: Selection;
  readonly remove: readonly string[];
} {
  const from = input.option('from');
  const selection = {
    step: input.options('step'),
    skip: input.options('skip'),
    hosts: input.options('host'),
    ...(from !== undefined && { from }),
  };
  return { selection, remove: input.options('remove') };
}
