import type { AcceptanceProgress, AcceptanceRow } from '../../checks/acceptance/rows.ts';
import type { AcceptanceResult } from '../../checks/acceptance.ts';
import type { CommandContext } from '../command.ts';
import type { Colors } from '../terminal.ts';
import { clock, count, duration } from './duration.ts';
import { liveRegion } from './liveRegion.ts';
import { formatTable } from './table.ts';
import { printable, truncate } from './width.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows an acceptance test under way: rows redrawn in place on a terminal, lines as they end where verbose. */
export interface AcceptanceView {
  take(progress: AcceptanceProgress): void;
  end(): void;
}

export function acceptanceView(context: CommandContext): AcceptanceView {
  const { terminal, settings } = context;
  if (settings.json || settings.quiet) return { take() {}, end() {} };
  if (settings.verbose || !terminal.live) {
    return {
      take(progress) {
        if (settings.verbose && progress.type === 'ended')
          terminal.out(rowLine(progress.row, terminal.colors));
      },
      end() {},
    };
  }
  const rows = new Map<string, { title: string; since: number; row?: AcceptanceRow }>();
  const region = liveRegion(terminal, () =>
    [...rows.values()].slice(-(terminal.rows() - 2)).map(({ title, since, row }) => {
      const now = Date.now();
      const mark = spinner[Math.floor(now / 100) % spinner.length] ?? '·';
      const line = row
        ? rowLine(row, terminal.colors).trimEnd()
        : `${terminal.colors.cyan(mark)} ${title} ${terminal.colors.dim(clock(now - since))}`;
      return truncate(line, terminal.columns() - 1);
    }),
  );
  return {
    take(progress) {
      if (progress.type === 'started') rows.set(progress.name, { title: progress.title, since: Date.now() });
      else {
        const { row } = progress;
        rows.set(row.name, { title: row.title, since: Date.now(), row });
      }
    },
    end: () => region.end({ erase: true }),
  };
}

/** The closing table, then the problems' next actions, and one sentence. */
export function formatAcceptance(result: AcceptanceResult, colors: Colors): string {
  const rows = result.rows.map((row) => [
    stateMark(row, colors),
    row.title,
    printable(row.sentence),
    duration(row.milliseconds),
  ]);
  const table = formatTable(['', 'acceptance test', 'seen', 'time'], rows, { colors, right: [3] });
  const failed = result.rows.filter((row) => row.state === 'failed').length;
  const left =
    result.leftBehind.length > 0 ? ` Left behind: ${printable(result.leftBehind.join(', '))}.` : '';
  const closing = result.ok
    ? `${colors.green(colors.bold('Passed'))} in ${duration(result.milliseconds)}.`
    : `${colors.red(colors.bold('Failed'))} after ${duration(result.milliseconds)}: ${count(failed, 'row')} failed.`;
  return `${table}\n${closing}${left}\n`;
}

function rowLine(row: AcceptanceRow, colors: Colors): string {
  return `${stateMark(row, colors)} ${row.title}: ${printable(row.sentence)} ${colors.dim(duration(row.milliseconds))}\n`;
}

function stateMark(row: AcceptanceRow, colors: Colors): string {
  if (row.state === 'passed') return colors.green('✓');
  if (row.state === 'failed') return colors.red('✗');
  return row.ok ? colors.dim('–') : colors.yellow('–');
}
