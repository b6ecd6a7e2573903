import type { Command } from '../../command.ts';
import { numberOption } from '../../numbers.ts';
import { labName, labOption } from './shared.ts';

export const labUpCommand: Command = {
  name: 'lab up',
  summary: 'makes trial machines on this host, or starts the existing ones',
  details:
    'Each node is a systemd-nspawn machine with five networks in a network namespace of its own; nothing is added to ' +
    'the interfaces of this host. Needs root on Linux.',
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
    const [{ labNamed, labStatus, labUp }, { formatLab }] = await Promise.all([
      import('../../../app/lab.ts'),
      import('../../print/lab.ts'),
    ]);
    const names = input.arguments('NODE');
    const memoryMiB = numberOption(input, 'memory', 'lab up');
    const layer = input.option('layer');
    const location = labNamed(labName(input), context.caller);
    const state = await labUp(
      {
        ...location,
        nodes: (names.length > 0 ? names : ['control1']).map((name) => ({ name })),
        ...(memoryMiB !== undefined && { memoryMiB }),
        ...(layer !== undefined && { layer }),
      },
      context.caller,
    );
    const status = await labStatus(location);
    return {
      exitCode: 0,
      data: { lab: location.name, nodes: status?.nodes ?? [], state },
      text: () => formatLab(location.name, status, context.terminal.colors),
    };
  },
};
