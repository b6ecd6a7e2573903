import type { ToolboxReport } from '../../app/contracts.ts';
import type { Colors } from '../terminal.ts';
import { formatTable } from './table.ts';
import { printable } from './width.ts';

/** Each table under its title, with its verdict below; a count of what is wrong at the end. */
export function formatToolbox(report: ToolboxReport, colors: Colors): string {
  const parts = report.tables.map((table) => {
    const rows = table.rows.map((row) => table.columns.map((column) => colored(row[column] ?? '', colors)));
    const body = rows.length > 0 ? formatTable(table.columns, rows, { colors }) : '';
    const own = report.verdicts.filter((verdict) => verdict.subject === table.title);
    return `${colors.bold(table.title)}\n${body}${own.map((verdict) => verdictLine(verdict, colors)).join('')}`;
  });
  const titles = new Set(report.tables.map((table) => table.title));
  const others = report.verdicts.filter((verdict) => !titles.has(verdict.subject));
  if (others.length > 0)
    parts.push(
      others
        .map((verdict) =>
          verdictLine({ ...verdict, sentence: `${verdict.subject}: ${verdict.sentence}` }, colors),
        )
        .join(''),
    );
  return parts.join('\n');
}

function verdictLine(verdict: ToolboxReport['verdicts'][number], colors: Colors): string {
  const mark = verdict.ok ? colors.green('✓') : colors.red('✗');
  const evidence = verdict.evidence ? `\n    ${printable(verdict.evidence).replace(/\n/g, '\n    ')}` : '';
  return `${mark} ${printable(verdict.sentence)}${evidence}\n`;
}

function colored(value: string, colors: Colors): string {
  const shown = printable(value);
  if (/^(up|UP|:-\)|enabled)$/.test(value)) return colors.green(shown);
  if (/^(down|DOWN|XXX|disabled)$/.test(value)) return colors.red(shown);
  return shown;
}
