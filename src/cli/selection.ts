import type { Selection } from '../engine/select.ts';
import type { Input, OptionSpec } from './command.ts';

/** Options that narrow a run to steps and hosts. */
export const selectionOptions: readonly OptionSpec[] = [
  { name: 'step', value: 'STEP', summary: 'only this step', many: true },
  { name: 'from', value: 'STEP', summary: 'this step and those after it' },
  { name: 'skip', value: 'STEP', summary: 'leave this step out', many: true },
  { name: 'host', value: 'HOST', summary: 'only this host', many: true },
];

export function selectionOf(input: Input): Selection {
  const from = input.option('from');
  return {
    step: input.options('step'),
    skip: input.options('skip'),
    hosts: input.options('host'),
    ...(from !== undefined && { from }),
  };
}
