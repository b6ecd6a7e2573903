import type { HostRecap, RunEvent } from '../../app/contracts.ts';
import type { Colors } from '../terminal.ts';
import { count, duration } from './duration.ts';
import { formatTable } from './table.ts';

type RunFinished = Extract<RunEvent, { readonly type: 'run-finished' }>;

const counters: readonly (keyof HostRecap)[] = ['ok', 'changed', 'unreachable', 'failed', 'skipped'];

/** The closing table by host and one sentence with the total time. */
export function formatRecap(event: RunFinished, colors: Colors): string {
  const rows = Object.entries(event.recap).map(([host, recap]) => [
    host,
    ...counters.map((counter) => counterCell(counter, recap[counter], colors)),
  ]);
  const table = formatTable(['host', ...counters], rows, {
    colors,
    right: counters.map((_, index) => index + 1),
  });
  return `${rows.length > 0 ? `${table}\n` : ''}${closing(event, colors)}\n`;
}

function counterCell(counter: keyof HostRecap, value: number, colors: Colors): string {
  if (value === 0) return colors.dim('0');
  if (counter === 'ok') return colors.green(String(value));
  if (counter === 'failed' || counter === 'unreachable') return colors.red(String(value));
  return colors.yellow(String(value));
}

function closing(event: RunFinished, colors: Colors): string {
  // One that failed, or whose host was lost, may be half made: that is not nothing.
  const halfMade = Object.values(event.recap).some(({ failed, unreachable }) => failed + unreachable > 0);
  const none = halfMade ? 'no change completed' : 'nothing changed';
  const changes = event.changed === 0 ? none : count(event.changed, 'change');
  const time = duration(event.milliseconds);
  switch (event.outcome) {
    case 'done':
      return `${colors.green(colors.bold('Done'))} in ${time}, ${changes}.`;
    case 'failed':
      return `${colors.red(colors.bold('Failed'))} after ${time}, ${changes}. Run the same command again to resume.`;
    case 'interrupted':
      return `${colors.yellow(colors.bold('Interrupted'))} after ${time}, ${changes}. Run the same command again to resume.`;
  }
}
