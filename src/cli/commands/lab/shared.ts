import type { ArgumentSpec, Input, OptionSpec } from '../../command.ts';

/** The name of a lab that has none; the same as `DEFAULT_LAB_NAME`, which a test holds. */
const DEFAULT_NAME = 'lab';

export const labOption: OptionSpec = {
  name: 'lab',
  value: 'NAME',
  summary: `name of the lab (default: ${DEFAULT_NAME})`,
  completes: 'lab',
};

export const nodeArgument: ArgumentSpec = {
  name: 'NODE',
  summary: 'a node of the lab',
  required: true,
  completes: 'node',
};

export const snapshotArgument: ArgumentSpec = {
  name: 'NAME',
  summary: 'name of the snapshot',
  required: true,
};

/** The lab that the command line names. */
export function labName(input: Input): string {
  return input.option('lab') ?? DEFAULT_NAME;
}

/** ` --lab NAME` for a command that is suggested to the operator; nothing for the default lab. */
export function labFlag(input: Input): string {
  return labName(input) === DEFAULT_NAME ? '' : ` --lab ${labName(input)}`;
}
