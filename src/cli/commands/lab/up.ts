import { labUp } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { numberOption } from '../../numbers.ts';
import { asides, printJson } from '../../print/aside.ts';
import { labOf, labOption } from './shared.ts';
import { printLab } from './status.ts';

export const labUpCommand: Command = {
  name: 'lab up',
  summary: 'makes trial machines on this host, or starts those that are there',
  details:
    'Each node is a systemd-nspawn machine with five networks in a namespace of its own; nothing is added to the ' +
    'interfaces of this host. Needs root on Linux.',
  arguments: [{ name: 'NODE', summary: 'names of the nodes (default: control1)', many: true }],
  options: [
    labOption,
    { name: 'memory', value: 'MIB', summary: 'memory limit of each node (default: 8192)' },
    { name: 'layer', value: 'NAME', summary: 'start new nodes from a saved layer' },
  ],
  examples: [
    { line: 'cloudwright lab up', says: 'one node, control1' },
    { line: 'cloudwright lab up control1 control2 control3 compute1', says: 'four nodes' },
  ],
  async run(context, input) {
    const names = input.arguments('NODE');
    const memoryMiB = numberOption(input, 'memory', 'lab up');
    const layer = input.option('layer');
    const state = await labUp({
      ...labOf(context, input),
      nodes: (names.length > 0 ? names : ['control1']).map((name) => ({ name })),
      ...(memoryMiB !== undefined && { memoryMiB }),
      ...(layer !== undefined && { layer }),
      report: asides(context),
    });
    if (context.settings.json) printJson(context, state);
    else await printLab(context, labOf(context, input));
    return 0;
  },
};
