import type { LabStatus } from '../../app/lab.ts';
import type { Colors } from '../terminal.ts';
import { formatTable } from './table.ts';

/** The lab's nodes as a table, and how to enter them; or that there is no lab. */
export function formatLab(name: string, status: LabStatus | undefined, colors: Colors): string {
  if (!status) return `There is no lab ${name}. Make one: cloudwright lab up\n`;
  const rows = status.nodes.map((node) => [
    node.name,
    node.management,
    node.running ? colors.green('running') : colors.red('off'),
    node.connected ? colors.green('connected') : colors.yellow('disconnected'),
    node.memoryMiB === undefined ? '' : `${node.memoryMiB} MiB`,
  ]);
  const table = formatTable(['node', 'management', 'machine', 'networks', 'memory'], rows, {
    colors,
    right: [4],
  });
  const node = status.nodes[0]?.name ?? 'NODE';
  const flag = name === 'lab' ? '' : ` --lab ${name}`;
  return `${table}
Enter a node: cloudwright lab ssh ${node}${flag}
For ssh and scp: ssh -F ${status.state.sshConfig} ${node}
`;
}
