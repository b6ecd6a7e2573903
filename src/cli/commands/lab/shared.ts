import { DEFAULT_LAB_NAME, type LabLocation, labDirectory } from '../../../lab/index.ts';
import type { ArgumentSpec, CommandContext, Input, OptionSpec } from '../../command.ts';

export const labOption: OptionSpec = {
  name: 'lab',
  value: 'NAME',
  summary: `which lab of this machine (default: ${DEFAULT_LAB_NAME})`,
};

export const nodeArgument: ArgumentSpec = { name: 'NODE', summary: 'a node of the lab', required: true };

export const snapshotArgument: ArgumentSpec = {
  name: 'NAME',
  summary: 'name of the snapshot',
  required: true,
};

/** The lab that the command line means. */
export function labOf(context: CommandContext, input: Input): LabLocation {
  return { name: input.option('lab') ?? DEFAULT_LAB_NAME, directory: labDirectory(context.environment) };
}
