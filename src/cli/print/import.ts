import type { Import, ImportReport, PrintedLine } from '../../app/contracts.ts';
import { reportJson, reportLines } from '../../app/installers.ts';
import type { Colors, Terminal } from '../terminal.ts';

/** The outcome of every key, first those to look at; the closing count adds up. */
export function formatImport(report: ImportReport, terminal: Terminal, all: boolean): string {
  const lines = reportLines(report, { all, columns: terminal.columns() });
  return `${lines.map((line) => colored(line, terminal.colors)).join('\n')}\n`;
}

/** The same for scripts. The secrets are named, never shown. */
export function importAsJson(imported: Import): Readonly<Record<string, unknown>> {
  const { result, valid, problems } = imported;
  return {
    valid,
    ...(result && { report: reportJson(result.report), secretNames: Object.keys(result.secrets) }),
    problems,
  };
}

function colored(line: PrintedLine, colors: Colors): string {
  switch (line.kind) {
    case 'title':
      return colors.bold(line.outcome === 'suspicious' ? colors.yellow(line.text) : line.text);
    case 'note':
      return colors.dim(line.text);
    case 'count':
      return colors.bold(line.text);
    default:
      return line.text;
  }
}
