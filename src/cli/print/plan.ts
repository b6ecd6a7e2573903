import type { PlannedChange } from '../../app/contracts.ts';
import type { Colors } from '../terminal.ts';
import { formatDifference } from './difference.ts';
import { count } from './duration.ts';
import { printable } from './width.ts';

/** What a run would do: by step, host and resource, with the differences of files, and a closing count. */
export function formatPlan(changes: readonly PlannedChange[], colors: Colors): string {
  if (changes.length === 0) return `${colors.green('Nothing to change:')} the hosts are as described.\n`;
  const lines: string[] = [];
  let step: string | undefined;
  let host: string | undefined;
  for (const change of grouped(changes)) {
    if (change.step !== step) {
      if (step !== undefined) lines.push('');
      lines.push(colors.bold(change.step));
      step = change.step;
      host = undefined;
    }
    if (change.host !== host) {
      lines.push(`  ${colors.cyan(change.host)}`);
      host = change.host;
    }
    lines.push(`    ${change.refused ? colors.red('!') : colors.yellow('~')} ${printable(change.summary)}`);
    if (change.loses !== undefined) lines.push(...lossLines(change, colors));
    if (change.difference) lines.push(...formatDifference(change.difference, colors, 8));
  }
  const made = changes.filter((change) => !change.refused);
  const hosts = new Set(made.map((change) => change.host)).size;
  lines.push(
    '',
    `${count(made.length, 'change')} on ${count(hosts, 'host')}. \`cloudwright apply\` makes them.`,
  );
  const refused = changes.length - made.length;
  if (refused > 0) lines.push(colors.red(`${count(refused, 'change')} refused, because data would be lost.`));
  return `${lines.join('\n')}\n`;
}

function lossLines(change: PlannedChange, colors: Colors): readonly string[] {
  const loss = `        ${colors.red('loses')} ${printable(change.loses ?? '')}`;
  return change.refused ? [loss, `        allow it with: --remove ${printable(change.resource)}`] : [loss];
}

/** Steps in the order of the run, hosts together within a step, resources in order within a host. */
function grouped(changes: readonly PlannedChange[]): readonly PlannedChange[] {
  const groups = new Map<string, PlannedChange[]>();
  for (const step of new Set(changes.map((change) => change.step))) {
    for (const change of changes) {
      if (change.step !== step) continue;
      const key = `${step}\n${change.host}`;
      groups.set(key, [...(groups.get(key) ?? []), change]);
    }
  }
  return [...groups.values()].flat();
}
