import { type LabLocation, labStatus } from '../../../lab/index.ts';
import type { Command, CommandContext } from '../../command.ts';
import { printJson } from '../../print/aside.ts';
import { formatTable } from '../../print/table.ts';
import { labOf, labOption } from './shared.ts';

export const labStatusCommand: Command = {
  name: 'lab status',
  summary: 'shows the trial machines',
  options: [labOption],
  async run(context, input) {
    await printLab(context, labOf(context, input));
    return 0;
  },
};

/** The lab's nodes as a table, or that there is none. */
export async function printLab(context: CommandContext, location: LabLocation): Promise<void> {
  const { terminal } = context;
  const { colors } = terminal;
  const status = await labStatus(location);
  if (context.settings.json) {
    printJson(context, status ?? { lab: location.name, nodes: [] });
    return;
  }
  if (!status) {
    terminal.out(`There is no lab ${location.name}; \`cloudwright lab up\` makes one.\n`);
    return;
  }
  const rows = status.nodes.map((node) => [
    node.name,
    node.management,
    node.running ? colors.green('running') : colors.red('off'),
    node.connected ? colors.green('connected') : colors.yellow('cut off'),
    node.memoryMiB === undefined ? '' : `${node.memoryMiB} MiB`,
  ]);
  terminal.out(
    formatTable(['node', 'management', 'machine', 'networks', 'memory'], rows, { colors, right: [4] }),
  );
  terminal.out(`\nEnter a node: cloudwright lab ssh ${status.nodes[0]?.name ?? 'NODE'}\n`);
  terminal.out(`For ssh and scp: ssh -F ${status.state.sshConfig} ${status.nodes[0]?.name ?? 'NODE'}\n`);
}
